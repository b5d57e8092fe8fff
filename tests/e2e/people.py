"""Run by `guildmark shell` for the browser tests: the people who visit the served institute."""

from allauth.account.models import EmailAddress

from guildmark.apps.accounts.models import User

for name in ("member", "second-member", "closing"):
    person = User.objects.create_user(
        f"{name}@example.org", "correct horse battery staple", display_name=name.title()
    )
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
