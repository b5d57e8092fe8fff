"""The key store: public halves for all to see, secret halves wrapped by the key-encryption key."""

from django.db import models

from .states import Algorithm, KeyPurpose


class Key(models.Model):
    """A key of one purpose. It is active from `activates_at` until `retired_at`.

    A retired key signs and encrypts nothing more, but stays, to verify and decrypt. `not_after`
    is when it should have been replaced. `compromised_at` is from when somebody else may have held
    it: what it signed can't be told any more from what that other signed. `signed_until` is the
    latest moment that something signed by it gives of itself, for the purposes that give one; the
    key never ends before it. `wrapped` is the secret half, encrypted by the key-encryption key
    with the fingerprint `kek`.
    """

    kid = models.CharField(max_length=60, unique=True)
    purpose = models.CharField(max_length=20)
    algorithm = models.CharField(max_length=20)
    public = models.BinaryField(blank=True)
    wrapped = models.BinaryField()
    kek = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    activates_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    compromised_at = models.DateTimeField(null=True, blank=True)
    signed_until = models.DateTimeField(null=True, blank=True)
    not_after = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="key_purpose_is_known",
                condition=models.Q(purpose__in=[purpose.value for purpose in KeyPurpose]),
            ),
            models.CheckConstraint(
                name="key_algorithm_is_known",
                condition=models.Q(algorithm__in=[each.value for each in Algorithm]),
            ),
            models.UniqueConstraint(
                fields=["purpose"],
                condition=models.Q(retired_at__isnull=True),
                name="key_is_alone_active",
            ),
        ]

    def __str__(self) -> str:
        return self.kid

    def __repr__(self) -> str:
        """Name the key without anything secret."""
        return f"<Key {self.kid}>"
