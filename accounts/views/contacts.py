"""Contacts: list, page, forms."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import contacts
from accounts.forms.contacts import ContactForm
from accounts.lists import ContactList
from accounts.models import Account, Contact
from accounts.views.pages import FormPage
from crm.views.detail import RecordView
from crm.views.lists import ListView


class ContactListView(ListView):
    list_class = ContactList


class ContactDetailView(RecordView):
    model = Contact
    related = ("account__owner",)

    def facts(self):
        contact = self.record
        return [
            (_("Account"), contact.account, contact.account.get_absolute_url()),
            (_("Job title"), contact.title),
            (_("E-mail"), contact.email, f"mailto:{contact.email}" if contact.email else ""),
            (_("Phone"), contact.phone, f"tel:{contact.phone}" if contact.phone else ""),
            (_("Language"), dict(settings.LANGUAGES).get(contact.language, contact.language)),
            (_("Looked after by"), contact.account.owner),
        ]

    def context(self):
        edit_url = reverse("contact_edit", args=[self.record.pk]) if self.may_change else ""
        return super().context() | {"facts_edit_url": edit_url}


class ContactCreateView(FormPage):
    """A person at an account; `?account=7` fills the account in."""

    creates = Contact
    form_class = ContactForm
    title, submit, lists = gettext_lazy("New contact"), gettext_lazy("Add contact"), "contact_list"

    def initial(self):
        return {"account": given(self.request)}

    def act(self, form):
        return contacts.add(by=self.request.user, **form.cleaned_data)

    def back_url(self):
        return reverse("account_detail", args=[given(self.request)]) if given(self.request) else reverse("contact_list")


class ContactEditView(FormPage):
    model = Contact
    related = ("account",)
    form_class = ContactForm
    title, lists = gettext_lazy("Edit %(name)s"), "contact_list"
    said = gettext_lazy("%(name)s is saved.")

    def act(self, form):
        return contacts.edit(self.record, by=self.request.user, **form.cleaned_data)


def given(request):
    """The account named in the address, as far as the user may see it."""
    text = request.GET.get("account", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return Account.objects.visible_to(request.user).filter(pk=text).values_list("pk", flat=True).first()
