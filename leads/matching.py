"""Which existing accounts a lead may be about: by e-mail, by the domain of its e-mail or website, by name."""

from django.db.models import Q

from accounts.models import Account, Contact

MOST = 5
EVERYBODYS = {
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com",
    "aol.com", "proton.me", "protonmail.com", "gmx.net", "gmx.de", "web.de", "orange.fr", "free.fr", "laposte.net",
}  # fmt: skip
LEGAL = {
    "ltd",
    "inc",
    "llc",
    "gmbh",
    "ag",
    "sa",
    "sas",
    "sarl",
    "sl",
    "slu",
    "bv",
    "ab",
    "as",
    "oy",
    "plc",
    "co",
    "corp",
}


def accounts_like(lead, user):
    """At most five accounts this user may see, the likeliest first; `account.why` says by what it was found."""
    found = {}
    visible = Account.objects.visible_to(user)
    for why, q in _reasons(lead, user):
        for account in visible.filter(q).order_by("name", "pk")[:MOST]:
            account.why = why
            found.setdefault(account.pk, account)
    return list(found.values())[:MOST]


def _reasons(lead, user):
    email = lead.email.casefold()
    if email:
        people = Contact.objects.visible_to(user)
        yield "email", Q(pk__in=people.filter(email__iexact=email).values("account_id"))
        domain = email.rpartition("@")[2]
        if domain and domain not in EVERYBODYS:
            same_domain = people.filter(email__iendswith=f"@{domain}").values("account_id")
            yield (
                "domain",
                Q(website__icontains=f"/{domain}") | Q(website__icontains=f".{domain}") | Q(pk__in=same_domain),
            )
    words = [word.strip(".,") for word in lead.company_name.casefold().split()]
    telling = [word for word in words if word and word not in LEGAL and len(word) > 2]
    if telling:
        q = Q()
        for word in telling:
            q &= Q(search_text__contains=word)
        yield "name", q
