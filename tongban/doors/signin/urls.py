"""Addresses of signing in and out."""

from django.urls import path

from tongban.doors.signin import account, codes, demo, entering, outside, phone

urlpatterns = [
    path("sign-in/", entering.page, name="sign-in"),
    path("sign-in/code/", codes.sign_in, name="sign-in-code"),
    path("sign-in/staff/", entering.staff, name="sign-in-staff"),
    path("sign-in/first/", codes.first, name="first"),
    path("sign-in/figures/", entering.figures, name="sign-in-figures"),
    path("sign-in/authenticator/", entering.authenticator, name="authenticator"),
    path("sign-in/outside/", outside.leave_for, name="sign-in-outside"),
    path("sign-in/outside/back/", outside.come_back, name="sign-in-back"),
    path("register/", codes.register, name="register"),
    path("register/identity/", codes.identity, name="identity"),
    path("forgotten/", codes.forgotten, name="forgotten"),
    path("code/", codes.prove, name="code"),
    path("new-password/", codes.new_password, name="new-password"),
    path("sign-out/", account.leave, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/for/", account.acting, name="account-for"),
    path("account/post/", account.post, name="account-post"),
    path("account/phone/", phone.begin, name="account-phone"),
    path("account/phone/identity/", phone.identity, name="account-phone-identity"),
    path("account/phone/new/", phone.fresh, name="account-phone-new"),
    path("prefer/", account.prefer, name="prefer"),
    path("demo/", demo.page, name="demo"),
]
