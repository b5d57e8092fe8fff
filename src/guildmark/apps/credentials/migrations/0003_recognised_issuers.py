"""The issuers whom the institute recognises."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Make their table."""

    dependencies = [("credentials", "0002_ready_answers")]

    operations = [
        migrations.CreateModel(
            name="RecognisedIssuer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identifier", models.CharField(max_length=500, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("note", models.CharField(blank=True, max_length=500)),
            ],
            options={"ordering": ["name", "identifier"]},
        ),
    ]
