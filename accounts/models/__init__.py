from accounts.models.account import Account
from accounts.models.contact import Contact
from accounts.models.movement import Movement, MrrInterval
from accounts.models.order import Order
from accounts.models.product import Product
from accounts.models.subscription import Subscription
from accounts.models.team import Team
from accounts.models.user import RoleGrant, User

__all__ = [
    "Account",
    "Contact",
    "Movement",
    "MrrInterval",
    "Order",
    "Product",
    "RoleGrant",
    "Subscription",
    "Team",
    "User",
]
