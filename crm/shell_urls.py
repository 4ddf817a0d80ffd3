"""The shell's own pages: search, preferences, the phone's "More", the style guide."""

from django.urls import path

from crm.views import palette, preferences, styleguide

urlpatterns = [
    path("search/", palette.search, name="search"),
    path("more/", preferences.more, name="more"),
    path("settings/", preferences.settings_index, name="settings"),
    path("preferences/theme/", preferences.theme, name="preferences_theme"),
    path("preferences/language/", preferences.language, name="preferences_language"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
]
