import pytest
from django import forms

from crm.exports import neutral, restored
from crm.forms import TidyTextMixin


class NoteForm(TidyTextMixin, forms.Form):
    text = forms.CharField(required=False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("plain", "plain"),
        ("  trimmed ", "trimmed"),
        ("e\u0301", "é"),
        ("a\u202ebc", "abc"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("bell\x07", "bell"),
        ("line\nbreak\tand tab", "line\nbreak\tand tab"),
        ("🚀 👩\u200d🚀", "🚀 👩\u200d🚀"),
    ],
)
def test_text_is_tidied(typed, kept):
    form = NoteForm({"text": typed})
    assert form.is_valid()
    assert form.cleaned_data["text"] == kept


@pytest.mark.parametrize("typed", ["a\x00b", "\ud800", "\udfff"])
def test_what_cannot_be_stored_is_refused(typed):
    form = NoteForm({"text": typed})
    assert not form.is_valid()
    assert form.errors["text"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "''@x", "'plain", "plain", "", "a=b"])
def test_neutralised_cells_are_harmless_and_come_back(text):
    cell = neutral(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert restored(cell) == text


def test_numbers_stay_numbers():
    assert neutral(-5) == -5
