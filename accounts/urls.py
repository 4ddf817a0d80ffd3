"""The pages of accounts, what they buy, and the people who work here."""

from django.urls import path

from accounts.models import Account, Contact
from accounts.views import accounts, contacts, orders, pages, products, subscriptions, users

urlpatterns = [
    path("accounts/", accounts.AccountListView.as_view(), name="account_list"),
    path("accounts/new/", accounts.AccountCreateView.as_view(), name="account_create"),
    path("accounts/suggest/", pages.suggest, name="account_suggest"),
    path("accounts/<int:pk>/", accounts.AccountDetailView.as_view(), name="account_detail"),
    path("accounts/<int:pk>/edit/", accounts.AccountEditView.as_view(), name="account_edit"),
    path("accounts/<int:pk>/trash/", pages.trash, {"model": Account}, name="account_trash"),
    path("accounts/<int:pk>/restore/", pages.restore, {"model": Account}, name="account_restore"),
    path("accounts/<int:pk>/subscriptions/new/", subscriptions.StartView.as_view(), name="subscription_start"),
    path("contacts/", contacts.ContactListView.as_view(), name="contact_list"),
    path("contacts/new/", contacts.ContactCreateView.as_view(), name="contact_create"),
    path("contacts/<int:pk>/", contacts.ContactDetailView.as_view(), name="contact_detail"),
    path("contacts/<int:pk>/edit/", contacts.ContactEditView.as_view(), name="contact_edit"),
    path("contacts/<int:pk>/trash/", pages.trash, {"model": Contact}, name="contact_trash"),
    path("contacts/<int:pk>/restore/", pages.restore, {"model": Contact}, name="contact_restore"),
    path("products/", products.ProductListView.as_view(), name="product_list"),
    path("products/new/", products.ProductCreateView.as_view(), name="product_create"),
    path("products/<int:pk>/", products.ProductDetailView.as_view(), name="product_detail"),
    path("products/<int:pk>/edit/", products.ProductEditView.as_view(), name="product_edit"),
    path("subscriptions/", subscriptions.SubscriptionListView.as_view(), name="subscription_list"),
    path("subscriptions/<int:pk>/", subscriptions.SubscriptionDetailView.as_view(), name="subscription_detail"),
    path("subscriptions/<int:pk>/change/", subscriptions.ChangeView.as_view(), name="subscription_change"),
    path("subscriptions/<int:pk>/pause/", subscriptions.PauseView.as_view(), name="subscription_pause"),
    path("subscriptions/<int:pk>/reactivate/", subscriptions.ReactivateView.as_view(), name="subscription_reactivate"),
    path("subscriptions/<int:pk>/cancel/", subscriptions.CancelView.as_view(), name="subscription_cancel"),
    path("subscriptions/<int:pk>/keep/", subscriptions.keep, name="subscription_keep"),
    path("movements/<int:pk>/correct/", subscriptions.CorrectView.as_view(), name="movement_correct"),
    path("orders/", orders.OrderListView.as_view(), name="order_list"),
    path("orders/new/", orders.OrderCreateView.as_view(), name="order_create"),
    path("orders/<int:pk>/", orders.OrderDetailView.as_view(), name="order_detail"),
    path("orders/<int:pk>/refund/", orders.OrderRefundView.as_view(), name="order_refund"),
    path("orders/<int:pk>/withdraw/", orders.withdraw, name="order_withdraw"),
    path("users/", users.UserListView.as_view(), name="user_list"),
    path("users/new/", users.UserCreateView.as_view(), name="user_create"),
    path("users/<int:pk>/edit/", users.UserEditView.as_view(), name="user_edit"),
    path("users/<int:pk>/deactivate/", users.set_active, {"active": False}, name="user_deactivate"),
    path("users/<int:pk>/activate/", users.set_active, {"active": True}, name="user_activate"),
    path("users/<int:pk>/invite/", users.send_invitation, name="user_invite"),
    path("teams/new/", users.TeamCreateView.as_view(), name="team_create"),
    path("teams/<int:pk>/edit/", users.TeamEditView.as_view(), name="team_edit"),
    path("profile/", users.ProfileView.as_view(), name="profile"),
]
