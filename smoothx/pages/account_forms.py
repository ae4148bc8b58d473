"""The forms of signing in, in the product's words. Named in the setting ACCOUNT_FORMS."""

from __future__ import annotations

from typing import Any

from allauth.account import forms

LABELS = {
    "email": "E-mail",
    "oldpassword": "Present password",
    "password": "Password",
    "password1": "New password",
    "password2": "New password, again",
}


class InOurWords:
    """Labels in sentence case, and none of them repeated inside its field."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class AddEmailForm(InOurWords, forms.AddEmailForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(InOurWords, forms.ChangePasswordForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(InOurWords, forms.ReauthenticateForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(InOurWords, forms.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(InOurWords, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class SetPasswordForm(InOurWords, forms.SetPasswordForm):  # type: ignore[misc]
    pass
