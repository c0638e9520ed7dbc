# draft: to be reviewed by a native speaker

## The shell of every page

brand = ⵜⵉⵡⵉⵣⵉ
skip-to-content = ⴷⴷⵓ ⵖⵔ ⵓⵎⴰⵙⵙ
menu = ⵓⵎⵓⵖ
home = ⵜⴰⵙⵏⴰ ⵏ ⵓⵙⵏⵓⴱⴳ
language = ⵜⵓⵜⵍⴰⵢⵜ
script = ⵜⵉⵔⵔⴰ
script-tfng = ⵜⵉⴼⵉⵏⴰⵖ
script-latn = ⵜⴰⵍⴰⵜⵉⵏⵉⵜ
footer-meaning = ⵜⵉⵡⵉⵣⵉ: ⴰⴷⵊⴰⵔⵏ ⴷ ⵡⴰⴷⵊⴰⵔⵏ ⴷⴰ ⵜⵜⵎⴰⵡⴰⵙⵏ ⴳ ⵉⴳⵔ ⵏ ⵢⴰⵜ ⵜⴰⵡⵊⴰ.
draft-page = ⵉⴹⵕⵉⵚⵏ ⵏ ⵜⴰⵙⵏⴰ ⴰⴷ ⵢⴰⵔⴰ ⵜⵏ ⵢⴰⵏ ⵓⵎⵙⵙⵓⴷⵙ. ⴰⴷ ⵜⵏ ⵉⵙⵎⵙⴰⵙⴰ ⵡⴰⵏⵏⴰ ⵉⵙⴰⵡⴰⵍⵏ ⵜⵓⵜⵍⴰⵢⵜ ⴰⴷ.
draft-content = ⴰⴹⵕⵉⵚ ⴰⴷ ⵢⴰⵔⴰ ⵜ ⵢⴰⵏ ⵓⵎⵙⵙⵓⴷⵙ: ⵉⵅⵚⵚⴰ ⴰⴷ ⵜ ⵉⵙⵎⵙⴰⵙⴰ ⵡⴰⵏⵏⴰ ⵉⵙⴰⵡⴰⵍⵏ ⵜⵓⵜⵍⴰⵢⵜ.
breadcrumbs = ⵎⴰⵏⵉ ⵜⵍⵍⵉⵜ
optional = ⵓⵔ ⵉⵍⵍⵉ ⴱⵣⵣⵉⵣ
search = ⵔⵣⵓ
name = ⵉⵙⵎ
email = ⵉⵎⴰⵢⵍ
paging = ⵜⴰⵙⵏⵉⵡⵉⵏ ⵏ ⵜⴰⵍⴳⴰⵎⵜ
paging-first = ⴰⵖⵓⵍ ⵖⵔ ⵜⵉⵣⵡⵓⵔⵉ
paging-next = ⵜⴰⵙⵏⴰ ⵉⴹⴼⵕⵏ
audio-length = ⵜⴰⵏⵣⴳⵜ { $time }
audio-synthetic = ⴰⵡⴰⵍ ⵏ ⵓⵎⵙⵙⵓⴷⵙ
audio-none = ⵓⵔ ⵜⴰ ⵉⵍⵍⵉ ⵓⵙⴽⵍⵙ ⵙ ⵜⵓⵜⵍⴰⵢⵜ ⴰⴷ. ⴰⴷⵖⴰⵔ ⵉⵔⵖⴰ ⵉ ⵜⵖⵓⵢⵉ ⵏ ⵓⴼⴳⴰⵏ.

## Home

home-title = ⵏⵎⵓⵏ, ⵏⴷⴷⵓ ⵖⵔ ⴷⴰⵜ
home-lead = ⴰⵏⵙⴰ ⵏ ⵜⵎⵢⴰⵡⴰⵙⵉⵏ ⵏ ⵍⵎⵖⵔⵉⴱ: ⴰⴼ ⵜⴰⵎⵢⴰⵡⴰⵙⵜ, ⵍⵎⴷ, ⴷⴷⵓ ⵖⵔ ⴷⴰⵜ, ⴽⵓ ⵢⴰⵏ ⵙ ⵜⵓⵜⵍⴰⵢⵜ ⵏⵏⵙ.
home-numbers = ⴰⵣⵎⵎⴻⵎ ⵙ ⵡⵓⵟⵟⵓⵏⵏ
total-cooperatives = { $count ->
    [one] ⵜⵎⵢⴰⵡⴰⵙⵜ
   *[other] ⵏ ⵜⵎⵢⴰⵡⴰⵙⵉⵏ
}
total-members = { $count ->
    [one] ⵓⴳⵎⴰⵎ
   *[other] ⵏ ⵉⴳⵎⴰⵎⵏ
}
total-women = { $count ->
    [one] ⵜⵎⵖⴰⵔⵜ
   *[other] ⵏ ⵜⵎⵖⴰⵔⵉⵏ
}
total-young = { $count ->
    [one] ⵓⵄⵔⵔⵉⵎ
   *[other] ⵏ ⵉⵄⵔⵔⵉⵎⵏ
}
home-doors = ⵎⴰⵏⵉⵙ ⵔⴰⴷ ⵜⴱⴷⵓⵜ
home-word-title = ⵎⴰⵜⵜⴰ «ⵜⵉⵡⵉⵣⵉ»?
home-word = ⴰⵡⴰⵍ ⴰⵎⴰⵣⵉⵖ: ⵎⵉⴷⴷⵏ ⵏ ⵜⵇⴱⵉⵍⵜ ⴰⴽⴽⵯ ⵎⵓⵏⵏ, ⵙⵡⵓⵔⵉⵏ ⴳ ⵉⴳⵔ ⵏ ⵢⴰⵜ ⵜⴰⵡⵊⴰ, ⵉⵎⵉⵇ ⴳ ⵉⴳⵔ ⵏ ⵜⴰⵢⵢⴰⴹ. ⵖⴰⵢⴰⵏ ⴰⵢⴷ ⵜⴳⴰ ⵜⵎⵢⴰⵡⴰⵙⵜ ⴰⵙⴳⴳⵯⴰⵙ ⴰⴽⴽⵯ.

## Directory

directory = ⵜⴰⵍⴳⴰⵎⵜ ⵏ ⵜⵎⵢⴰⵡⴰⵙⵉⵏ
directory-lead = ⵜⵉⵎⵢⴰⵡⴰⵙⵉⵏ ⴰⴽⴽⵯ ⵏ ⵓⵣⵎⵎⴻⵎ, ⵙ ⵉⵙⵎ, ⵙ ⵓⴷⵖⴰⵔ, ⵙ ⵓⵎⵓⵔⵙ.
directory-search-label = ⵉⵙⵎ ⵏ ⵜⵎⵢⴰⵡⴰⵙⵜ ⵏⵖ ⵜⴳⵔⴰⵡⵜ
directory-search-hint = ⴰⵔⴰ ⵙ ⵜⴰⵄⵕⴰⴱⵜ, ⵙ ⵜⴼⵕⴰⵏⵚⵉⵙⵜ ⵏⵖ ⵙ ⵜⵉⴼⵉⵏⴰⵖ.
directory-count = { $count ->
    [one] { $count } ⵏ ⵜⵎⵢⴰⵡⴰⵙⵜ
   *[other] { $count } ⵏ ⵜⵎⵢⴰⵡⴰⵙⵉⵏ
}
directory-some = ⵜⵉⵎⵢⴰⵡⴰⵙⵉⵏ ⵏⵏⴰ ⵏⵓⴼⴰ
directory-clear = ⵙⴽⵏ ⴰⴽⴽⵯ
directory-none = ⵓⵔ ⵏⵓⴼⵉ ⵢⴰⵜ
directory-none-hint = ⴰⵔⵎ ⵙ ⵉⵙⴽⴽⵉⵍⵏ ⴷⵔⵓⵙⵏⵉⵏ, ⵏⵖ ⵙ ⵜⵉⵔⵔⴰ ⵢⴰⴹⵏ, ⵏⵖ ⴰⴷⵖⴰⵔ ⵢⴰⴹⵏ.
place = ⵜⴰⵙⴳⴰ
place-all = ⵍⵎⵖⵔⵉⴱ ⴰⴽⴽⵯ
sector = ⴰⵎⵓⵔⵙ
sector-all = ⵉⵎⵓⵔⵙⵏ ⴰⴽⴽⵯ

## Sectors

sector-agriculture = ⵜⴰⴼⵍⵍⴰⵃⵜ
sector-crafts = ⵜⵉⵎⵉⵜⴰⵔ ⵏ ⵓⴼⵓⵙ
sector-housing = ⵜⵉⵣⴷⵖⵜ
sector-food = ⵓⵜⵛⵉ
sector-argan = ⴰⵔⴳⴰⵏ
sector-aromatic-plants = ⵉⵎⵖⴰⵢⵏ ⵏ ⵓⵙⴰⴼⴰⵔ
sector-labour = ⵉⵎⵙⵡⵓⵔⵉⵢⵏ
sector-fishing = ⴰⴳⵎⴰⵔ ⵏ ⵉⵍⵍ
sector-literacy = ⵍⵎⵓⴷ ⵏ ⵜⵉⵔⵔⴰ
sector-waste = ⵉⴹⵓⵎⵎⴰⵏ
sector-forest = ⵜⴰⴳⴰⵏⵜ
sector-tourism = ⴰⵙⵙⴰⵔⴰ
sector-transport = ⴰⵙⵙⵉⵡⴹ
sector-communication = ⴰⵎⵢⴰⵡⴰⴹ
sector-retail = ⵉⵎⵣⵣⵏⵣⴰⵏ
sector-consulting = ⴰⵎⵙⴰⵡⴰⴹ ⴷ ⵓⵙⵡⵓⴷⴷⵓ
sector-quarries = ⵉⵖⵣⴰⵏ ⵏ ⵓⵥⵕⵓ
sector-consumption = ⴰⵙⵎⵎⵔⵙ
sector-education = ⴰⵙⴳⵎⵉ ⴷ ⵓⵙⵎⵓⵜⵜⴳ
sector-cannabis = ⵍⴽⵉⴼ ⵓⵣⵔⵉⴼ

## The page of a cooperative

cooperative-register = ⴳ ⵓⵣⵎⵎⴻⵎ
cooperative-seat = ⴰⵙⵙⵉⴽⵓ
cooperative-contact = ⴰⵎⵢⴰⵡⴰⴹ
cooperative-as-of = ⵜⵉⵔⵔⴰ ⵜⵉⵎⴳⴳⵓⵔⴰ: { $date }
field-court = ⵜⴰⵙⵏⴱⴹⴰⵢⵜ
field-number = ⵓⵟⵟⵓⵏ ⴳ ⵓⵣⵎⵎⴻⵎ ⴰⴷⵖⵔⴰⵏ
field-registered-on = ⴰⵙⴰⴽⵓⴷ ⵏ ⵓⵣⵎⵎⴻⵎ
field-founded-on = ⴰⵙⴰⴽⵓⴷ ⵏ ⵓⵙⵍⵓⵍⵉ
field-ice = ICE
field-category = ⴰⵙⵎⵉⵍ
field-branch = ⵜⴰⵡⵓⵔⵉ
field-capital = ⴰⵢⴷⴰ
field-capital-amount = { $amount } ⵏ ⵉⴷⵔⵉⵎⵏ
field-region = ⵜⴰⵎⵏⴰⴹⵜ
field-province = ⵜⴰⵙⴳⴰ
field-prefecture = ⵍⵄⴰⵎⴰⵍⴰ
field-commune = ⵜⴰⴳⵔⴰⵡⵜ
field-address = ⴰⵏⵙⴰ
field-phone = ⴰⵜⵉⵍⵉⴼⵓⵏ
category-a = ⴷⴰ ⵜⵣⵣⵏⵣⴰ ⴰⵢⵏⵏⴰ ⴷ ⵙⴽⴰⵔⵏ ⵉⴳⵎⴰⵎⵏ ⵏⵏⵙ
category-b = ⴷⴰ ⵜⵙⵡⵓⵔⵉ ⵉ ⵉⴳⵎⴰⵎⵏ ⵏⵏⵙ
category-c = ⴷⴰ ⵜⴰⴽⴽⴰ ⵜⴰⵡⵓⵔⵉ ⵙ ⵓⴼⵔⵓ ⵉ ⵉⴳⵎⴰⵎⵏ ⵏⵏⵙ
status-registered = ⵜⵣⵎⵎⵎ
status-suspended = ⵜⴱⴷⴷ
status-dissolved = ⵜⴼⵙⵉ
status-in-liquidation = ⴳ ⵓⵙⵎⴷⵓ
status-struck-off = ⵜⵜⵡⴰⴽⴽⵙ
status-merged = ⵜⵎⵓⵏ
status-split = ⵜⴱⴹⴰ
status-transformed = ⵜⵏⴼⵍ

## Signing in

sign-in = ⴽⵛⵎ
sign-out = ⴼⴼⵖ
password = ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ
sign-in-wrong = ⵉⵎⴰⵢⵍ ⵏⵖ ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ ⵓⵔ ⵉⵖⵓⴷⴰ.
sign-in-hint = ⵉⵙ ⵜⵜⵓⵜ ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ? ⴰⵎⵙⵙⵓⴳⵓⵔ ⴰⴷ ⴰⴽ ⵉⴼⴽ ⵜⴰⵢⵢⴰⴹ.
password-change = ⵙⵏⴼⵍ ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ
password-must-change = ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ ⴰⴷ ⵜⴰⵎⵣⵡⴰⵔⵓⵜ ⵉ ⵢⴰⵜ ⵜⵉⴽⴽⵍⵜ ⴽⴰ. ⵙⵜⵉ ⵜⵉⵏⵏⴽ ⴰⴼⴰⴷ ⴰⴷ ⵜⴽⵎⵎⵍⵜ.
password-current = ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ ⵏ ⵖⵉⵍⴰⴷ
password-new = ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ ⵜⴰⵎⴰⵢⵏⵓⵜ
password-again = ⴷⴰⵖ ⵢⴰⵜ ⵜⵉⴽⴽⵍⵜ
password-rule = { $count } ⵏ ⵉⵙⴽⴽⵉⵍⵏ ⵏⵖ ⵓⴳⴳⴰⵔ. ⵜⴰⵡⵉⵏⵙⵜ ⵏⵏⴰ ⵜⴽⵜⵉⵜ ⵜⵓⴼ ⴰⵡⴰⵍ ⵉⵛⵇⵇⴰⵏ.
password-wrong = ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ ⵏ ⵖⵉⵍⴰⴷ ⵓⵔ ⵜⵖⵓⴷⵉ.
password-refused = ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ ⴰⴷ ⵓⵔ ⵜⵖⵓⴷⵉ: ⵜⴳⵣⵣⵓⵍ ⵏⵖ ⵜⵖⵣⵣⵉⴼ.
password-differs = ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ ⵙⵏⴰⵜ ⵓⵔ ⴳⵉⵏⵜ ⵢⴰⵜ.
password-changed = ⵜⵏⴼⵍ ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ.

## Account

account = ⴰⵎⵉⴹⴰⵏ ⵉⵏⵓ
roles = ⵜⵉⵡⵓⵔⵉⵡⵉⵏ
roles-none = ⵓⵔ ⵜⴰ ⵜⵍⵍⵉ ⵢⴰⵜ ⵜⵡⵓⵔⵉ.
role-administrator = ⴰⵎⵙⵙⵓⴳⵓⵔ
role-registrar = ⴰⵎⵣⵎⵎⴰⵎ
role-trainer = ⴰⵙⵍⵎⴰⴷ
role-observer = ⴰⵎⵥⵥⴰⵔ
role-officer = ⴰⵎⵙⴰⵡⴹ ⵏ ⵜⵎⵢⴰⵡⴰⵙⵜ
role-member = ⴰⴳⵎⴰⵎ
scope-nation = ⵍⵎⵖⵔⵉⴱ ⴰⴽⴽⵯ
notices = ⵉⵙⵙⴳⵎⵏ
notices-none = ⵓⵔ ⵉⵍⵍⵉ ⵡⵓⵙⵙⴳⵎ ⵖⵉⵍⴰⴷ.
notices-unread = { $count ->
    [one] { $count } ⵡⵓⵙⵙⴳⵎ ⵓⵔ ⵉⵜⵜⵡⴰⵖⵔⵉⵏ
   *[other] { $count } ⵏ ⵉⵙⵙⴳⵎⵏ ⵓⵔ ⵉⵜⵜⵡⴰⵖⵔⵉⵏ
}
notice-unread = ⵓⵔ ⵉⵜⵜⵡⴰⵖⵔⵉ
notice-open = ⵔⵥⵎ
notice-read = ⵉⵜⵜⵡⴰⵖⵔⴰ
notices-read-all = ⵎⴰⵕⵕⴰ ⵜⵜⵡⴰⵖⵔⴰⵏ
notice-delete = ⴽⴽⵙ
notice-deleted = ⵉⵜⵜⵡⴰⴽⴽⵙ ⵡⵓⵙⵙⴳⵎ.
notice-restore = ⵔⴰⵔ ⵜ
notice-unreadable = ⵓⵔ ⴰⴷ ⵉⵜⵜⴱⴰⵏ ⵡⵓⵙⵙⴳⵎ ⴰⴷ.
tokens = ⵉⵣⵓⵍⴰⵏ ⵉⵎⴰⵡⵏⵉⵏ
tokens-lead = ⴰⵣⵓⵍ ⴷⴰ ⵉⵜⵜⴰⴷⵊⴰ ⴰⵀⵉⵍ ⴰⴷ ⵉⵙⵡⵓⵔⵉ ⵙ ⵉⵙⵎ ⵏⵏⴽ. ⴽⴽⵙ ⵜ ⵉⵖ ⵓⵔ ⵜ ⵜⵔⵉⵜ.
token-name = ⵉⵙⵎ ⵏ ⵓⵣⵓⵍ
token-create = ⵙⵏⵓⵍⴼⵓ ⴰⵣⵓⵍ
token-created = ⵉⵜⵜⵢⴰⵔⴰ { $date }
token-used = ⵉⵜⵜⵡⴰⵙⵎⵔⵙ { $date }
token-unused = ⵓⵔ ⵊⵓⵏ ⵉⵜⵜⵡⴰⵙⵎⵔⵙ
token-revoke = ⴽⴽⵙ
token-revoke-sure = ⵉⵙ ⵜⵔⵉⵜ ⴰⴷ ⵜⴽⴽⵙⵜ ⴰⵣⵓⵍ ⴰⴷ?
token-revoked = ⵉⵜⵜⵡⴰⴽⴽⵙ ⵓⵣⵓⵍ.
token-once = ⵀⴰ ⴰⵣⵓⵍ ⵏⵏⴽ. ⵢⴰⵜ ⵜⵉⴽⴽⵍⵜ ⴽⴰ: ⵏⵖⵍ ⵜ ⵖⵉⵍⴰⴷ.
token-name-wrong = ⵉⵙⵎ ⴰⴷ ⵓⵔ ⵉⵖⵓⴷⵉ.

## Console

console = ⵜⴰⴼⵍⵡⵉⵜ ⵏ ⵓⵙⵡⵓⴷⴷⵓ
console-overview = ⵜⴰⵥⵕⵉ
console-plugins = ⵉⵙⵉⵖⵣⴰⴼ
console-plugins-lead = ⴰⵙⵉⵖⵣⴼ ⵓⵔ ⴷⴰ ⵉⵙⴽⴰⵔ ⵅⴰⵙ ⴰⵢⵏⵏⴰ ⴰⵙ ⵜⵓⴷⵊⵉⵜ.
console-plugins-none = ⵓⵔ ⵜⴰ ⵉⵍⵍⵉ ⵢⴰⵏ ⵓⵙⵉⵖⵣⴼ.
console-accounts = ⵉⵎⵉⴹⴰⵏⵏ
console-kinds = ⴰⵏⴰⵡⵏ ⵏ ⵡⵉⴼⵔⴰ
console-kinds-lead = ⵎⴰⵢⴷ ⴷⴰ ⵜⵣⵎⵎⵎ ⵜⴰⵏⵙⴰ ⴰⴷ, ⵎⴰⵅ, ⴷ ⵎⴰⵢⴷ ⵜ ⵉⵣⵎⵔⵏ ⴰⴷ ⵉⵥⵕ.
fact-instance = ⵜⴰⵏⵙⴰ
fact-id = ⴰⵙⵎⵎⴰⵍ
fact-jurisdiction = ⵜⵉⵙⴳⴳⵉⵏ
fact-plugins = ⵉⵙⵉⵖⵣⴰⴼ ⵍⵍⴰⵏⵉⵏ
fact-kinds = ⴰⵏⴰⵡⵏ ⵏ ⵡⵉⴼⵔⴰ
fact-version = ⵜⵓⵏⵖⵉⵍⵜ
plugin-version = ⵜⵓⵏⵖⵉⵍⵜ
plugin-libraries = ⵜⵉⵙⴷⵍⵉⵙⵉⵏ
plugin-level-national = ⴰⵏⴰⵎⵓⵔ
plugin-level-directorate = ⵜⴰⵎⵀⵍⴰ
plugin-level-community = ⵉⵜⵜⵢⴰⵙⵙⵏ
plugin-level-local = ⴰⴷⵖⴰⵔⴰⵏ
plugin-state-enabled = ⵉⵙⵡⵓⵔⵉ
plugin-state-disabled = ⵉⴱⴷⴷ
plugin-state-quarantined = ⵉⵜⵜⵡⴰⵃⴱⵙ
plugin-state-unloaded = ⵓⵔ ⵉⵖⵉⵢ ⴰⴷ ⵉⵙⵡⵓⵔⵉ
plugin-cause-crashes = ⵜⵕⵥⴰ ⴽⵉⴳⴰⵏ ⵏ ⵜⵡⴰⵍⵉⵏ.
plugin-cause-went-back = ⵜⵕⵥⴰ ⵜⵓⵏⵖⵉⵍⵜ ⵜⴰⵎⴰⵢⵏⵓⵜ: ⵜⴰⵖⵓⵍ ⴷ ⵜⵓⵏⵖⵉⵍⵜ ⵏ ⴷⴰⵜ.
plugin-cause-untrusted = ⵉⵜⵜⵢⴰⴽⴽⵙ ⵓⵙⴳⵎⴹ ⵏⵏⵙ.
plugin-cause-installation = ⵓⵔ ⵉⵙⵎⴷ ⵓⵙⵔⵙ ⵏⵏⵙ.
plugin-cause-removal = ⵓⵔ ⵉⵙⵎⴷ ⵓⴽⴽⵓⵙ ⵏⵏⵙ.
plugin-enable = ⵙⵙⵡⵓⵔⵉ
plugin-disable = ⵙⴱⴷⴷ
plugin-disable-sure = ⵉⵙ ⵜⵔⵉⵜ ⴰⴷ ⵜⵙⴱⴷⴷⵜ ⴰⵙⵉⵖⵣⴼ ⴰⴷ? ⵉⵙⴼⴽⴰ ⵏⵏⵙ ⵇⵇⵉⵎⵏ.
plugin-enabled = ⵉⵙⵡⵓⵔⵉ ⵓⵙⵉⵖⵣⴼ.
plugin-disabled = ⵉⴱⴷⴷ ⵓⵙⵉⵖⵣⴼ.
plugin-captures-begin = ⵃⴹⵓ ⵉⵙⵓⵜⵔⵏ ⵏⵏⴰ ⵓⵔ ⵉⵎⵓⵔⵙⵏ
plugin-captures-end = ⴱⴷⴷ ⴰⵃⴹⵓ ⵏ ⵉⵙⵓⵜⵔⵏ
plugin-captures-hint = ⴰⵢⵏⵏⴰ ⵉⵜⵜⵓⵙⵓⵜⵔⵏ ⵉ ⵓⵙⵉⵖⵣⴼ ⵍⵍⵉⵖ ⵓⵔ ⵉⵙⵡⵓⵔⵉ ⵉⵜⵜⵓⵃⴹⵓ ⴳ ⵜⵎⴰⵛⵉⵏⵜ ⴰⴷ, ⴱⵍⴰ ⵉⵙⵎⴰⵡⵏ ⵏ ⵎⵉⴷⴷⵏ ⴷ ⵜⵉⵏⵓⴼⵔⵉⵡⵉⵏ, ⴰⴼⴰⴷ ⴰⴷ ⵜ ⵉⵚⵍⵃ ⴱⴰⴱ ⵏⵏⵙ.
captures-on = ⵖⵉⵍⴰⴷ ⴰⵔ ⵜⵜⵓⵃⴹⵓⵏ ⵉⵙⵓⵜⵔⵏ ⵏⵏⴰ ⵓⵔ ⵉⵎⵓⵔⵙⵏ.
captures-off = ⵓⵔ ⵙⵓⵍ ⵜⵜⵓⵃⴹⵓⵏ ⵉⵙⵓⵜⵔⵏ.
plugin-add = ⵔⵏⵓ ⵏⵖ ⵙⵎⴰⵢⵏⵓ ⴰⵙⵉⵖⵣⴼ
plugin-add-hint = ⵓⵔ ⵉⵜⵜⵉⵔⵙ ⵡⴰⵍⵓ ⴷⴰⵜ ⵓⵥⵕⵕⴰ ⵏ ⴰⵢⵏⵏⴰ ⵉⵔⴰ.
plugin-file = ⴰⴼⴰⵢⵍⵓ ⵏ ⵓⵙⵉⵖⵣⴼ (.tzp)
plugin-look = ⵥⵔ ⴰⵢⵏⵏⴰ ⵉⵔⴰ
plugin-install = ⵙⵔⵙ
plugin-installed = ⵉⵜⵜⵓⵙⵔⵙ ⵓⵙⵉⵖⵣⴼ.
plugin-upgrade = ⵙⵎⴰⵢⵏⵓ
plugin-upgraded = ⵉⵜⵜⵓⵙⵎⴰⵢⵏⵓ ⵓⵙⵉⵖⵣⴼ.
plugin-rollback = ⴰⵖⵓⵍ ⵖⵔ ⵜⵓⵏⵖⵉⵍⵜ ⵏ ⴷⴰⵜ
plugin-rollback-sure = ⵉⵙ ⵜⵔⵉⵜ ⴰⴷ ⵜⴰⵖⵓⵍⵜ ⵖⵔ ⵜⵓⵏⵖⵉⵍⵜ ⵏ ⴷⴰⵜ? ⴰⵢⵏⵏⴰ ⵉⵏⴼⵍⵏ ⴷⴼⴼⵉⵔ ⵉⵇⵇⵉⵎ.
plugin-rolled-back = ⵜⴰⵖⵓⵍ ⴷ ⵜⵓⵏⵖⵉⵍⵜ ⵏ ⴷⴰⵜ.
plugin-remove = ⴽⴽⵙ ⴰⵙⵉⵖⵣⴼ
plugin-remove-text = ⵔⴰⴷ ⵜⵜⵢⴰⴽⴽⵙⵏⵜ ⵜⵉⴼⵔⴰ ⵏⵏⵙ, ⵜⵉⵙⵖⴰⵍ ⴷ ⵉⴼⴰⵢⵍⵓⵜⵏ ⵏⵏⵙ ⵉ ⵍⴱⴷⴰ. ⵜⵉⵙⵓⵔⵉⴼⵉⵏ ⵏ ⵉⴱⵔⵉⴷⵏ ⵇⵇⵉⵎⵏⵜ ⵉ ⵎⴷⴷⵏ.
plugin-remove-confirm = ⵃⵎⴰ ⴰⴷ ⵜⵙⴷⵉⴷⴷ, ⴰⵔⴰ ⵉⵙⵎ ⵏⵏⵙ ⴰⵜⵉⵇⵏⵉⵢ
plugin-remove-wrong = ⵓⵔ ⵉⴳⵉ ⵡⴰⴷ ⵉⵙⵎ ⵏⵏⵙ ⴰⵜⵉⵇⵏⵉⵢ. ⵓⵔ ⵉⵜⵜⵢⴰⴽⴽⵙ ⵡⴰⵍⵓ.
plugin-removed = ⵉⵜⵜⵢⴰⴽⴽⵙ ⵓⵙⵉⵖⵣⴼ.
plugin-change-new = ⴰⵎⴰⵢⵏⵓ
plugin-change-gone = ⵔⴰⴷ ⵉⴼⴼⵖ
plugin-change-changed = ⵔⴰⴷ ⵉⵏⴼⵍ
plugin-differences = ⴰⵢⵏⵏⴰ ⵉⵜⵜⵏⴼⴰⵍⵏ
plugin-differences-none = ⵓⵔ ⵉⵔⵉ ⵓⵔ ⵉⵃⴹⵉ ⵜⴰⵖⴰⵡⵙⴰ ⵢⴰⴹⵏ.
plugin-kinds = ⴰⵢⵏⵏⴰ ⵉⵃⵟⵟⴰ
plugin-access-changed = ⵖⵉⵢⵏ ⵡⵉⵢⴰⴹ ⴰⴷ ⵖⵔⵏ ⵏⵖ ⴰⵔⴰⵏ ⵜⵉⴼⵔⴰ ⴰⴷ.
plugin-migration = ⵜⵉⴼⵔⴰ ⵏⵏⵙ
plugin-migration-counts = ⵜⵉⵎⴰⵢⵏⵓⵜⵉⵏ: { $created }. ⵏⴼⵍⵏⵜ: { $changed }. ⵜⵜⵢⴰⴽⴽⵙⵏⵜ: { $deleted }.
plugin-signed-by = ⵉⵙⴳⵎⴹ ⵜ
plugin-refused = ⵓⵔ ⵉⵜⵜⵓⵇⴱⵍ ⵓⵙⵉⵖⵣⴼ ⴰⴷ. ⵓⵔ ⵉⵏⴼⵉⵍ ⵡⴰⵍⵓ.
plugin-file-none = ⵙⵜⵢ ⴰⴼⴰⵢⵍⵓ.
plugin-until = ⴰⵔⴰⵎ ⴰⵎⴰⵢⵏⵓ ⵙⴳ
plugin-unsigned = ⵓⵔ ⵜⵜⵓⵙⴳⵎⴹ
plugin-uncertified = ⵉⵜⵜⵓⵙⴳⵎⴹ ⴱⵍⴰ ⵜⴰⵏⴰⴳⴰ, ⵙ ⵜⵙⴰⵔⵓⵜ
plugin-installed-on = ⵜⵜⵓⵙⵔⵙ ⵖ
plugin-reload = ⵙⵎⴰⵢⵏⵓ ⵉⵎⴹⴰⵏⵏ
plugin-quotas = ⴰⵢⵏⵏⴰ ⵉⵃⴹⴰ ⵓⵙⵉⵖⵣⴼ
kept-records = ⵜⵉⴼⵔⴰ
kept-record-bytes = ⵜⵉⴷⴷⵉ ⵏ ⵜⴼⵔⴰ
kept-version-bytes = ⵜⵉⴷⴷⵉ ⵏ ⵜⵓⵏⵖⵉⵍⵉⵏ ⵜⵉⵣⵡⵓⵔⴰ
kept-values = ⴰⵜⵉⴳⵏ ⵙ ⵜⵙⵓⵔⴰ
kept-value-bytes = ⵜⵉⴷⴷⵉ ⵏ ⵡⴰⵜⵉⴳⵏ
kept-files = ⵉⴼⴰⵢⵍⵓⵜⵏ
kept-file-bytes = ⵜⵉⴷⴷⵉ ⵏ ⵉⴼⴰⵢⵍⵓⵜⵏ
plugin-usage = ⴰⵢⵏⵏⴰ ⴷⴰ ⵉⵙⵎⵔⴰⵙ ⵓⵙⵉⵖⵣⴼ
plugin-since = ⵙⴳ
used-calls = ⵜⵉⵖⵓⵔⵉⵡⵉⵏ
used-traps = ⵜⵉⵔⵥⵉ ⵏ ⵓⵃⴱⴱⵓⵙ
used-cpu = ⴰⴽⵓⴷ ⵏ ⵓⵎⵙⵡⵓⵔⵉ
used-wall = ⴰⴽⵓⴷ ⵉⵣⵔⵉⵏ
used-memory = ⵜⴰⴽⵜⵉⵜ ⴰⴽⴽⵯ ⵖ ⵢⴰⵜ ⵜⵖⵓⵔⵉ
used-host-calls = ⵜⵉⵖⵓⵔⵉⵡⵉⵏ ⵏ ⵡⵓⵍ
used-over-limit = ⵓⴳⴰⵢⵏ ⵏ ⵜⵍⴰⵙⵜ
used-outbound = ⵜⵓⵜⵔⵉⵡⵉⵏ ⵖⵔ ⴱⵔⵔⴰ
used-outbound-bytes = ⴰⵢⵏⵏⴰ ⴷ ⵉⵡⵛⴽⴰⵏ ⵙⴳ ⴱⵔⵔⴰ
used-log-bytes = ⴰⵢⵏⵏⴰ ⵉⵜⵜⵢⴰⵔⴰⵏ ⵖ ⵓⵖⵎⵉⵙ
used-log-dropped = ⵉⵣⵔⵉⵔⵉⴳⵏ ⵉⵜⵜⵢⴰⵊⴰⵏ
used-failures = ⵉⵣⴳⴰⵍⵏ
failed-busy = ⵜⵉⵖⵓⵔⵉⵡⵉⵏ ⴳⴳⵓⵜⵏⵉⵏ ⵖ ⵢⴰⵏ ⵡⴰⴽⵓⴷ
failed-cpu-time = ⵉⵣⵔⵉ ⵡⴰⴽⵓⴷ ⵏ ⵓⵎⵙⵡⵓⵔⵉ
failed-wall-time = ⵜⵥⵥⴰⵢ
failed-memory = ⵜⴰⴽⵜⵉⵜ ⵢⵓⴳⵔⵏ ⵜⴰⵍⴰⵙⵜ
failed-host-calls = ⵜⵉⵖⵓⵔⵉⵡⵉⵏ ⵏ ⵡⵓⵍ ⴳⴳⵓⵜⵏⵉⵏ
failed-store-calls = ⵜⵉⵖⵔⵉ ⴷ ⵜⵉⵔⵔⴰ ⴳⴳⵓⵜⵏⵉⵏ
failed-trap = ⵜⵕⵥⴰ
failed-answer = ⵜⴰⵎⵔⴰⵔⵓⵜ ⵓⵔ ⵉⵜⵜⵓⵇⴱⴰⵍⵏ
failed-commit = ⵓⵔ ⵜⵜⵓⵇⴱⴰⵍⵏⵜ ⵜⵉⵔⵔⴰ
failed-export = ⵓⵔ ⵜⵍⵍⵉ ⵜⵡⵓⵔⵉ
failed-kernel = ⵜⵉⵔⵥⵉ ⵏ ⵡⵓⵍ
failed-off = ⵜⴱⴷⴷ
failed-unknown = ⵓⵔ ⵜⵜⵢⴰⵙⵙⵏ
failed-stopping = ⴰⵔ ⵉⵜⵜⴱⴷⴷⴰ ⵡⵓⵍ
plugin-hours = ⵜⵉⵙⵔⴰⴳⵉⵏ ⵜⵉⵎⴳⴳⵓⵔⴰ
plugin-hour = ⵜⴰⵙⵔⴰⴳⵜ
plugin-grants-change = ⵙⵏⴼⵍ ⵜⵓⵔⴰⴳⵉⵏ
plugin-settings = ⵜⵉⵙⵖⴰⵍ
plugin-settings-lead = ⵉⵖ ⵉⵅⵡⴰ ⵢⴰⵏ ⵉⴳⵔ, ⵢⴰⵖⵓⵍ ⵖⵔ ⵡⴰⵜⵉⴳ ⴰⵎⵣⵡⴰⵔⵓ.
plugin-secrets = ⵜⵓⴼⴼⵔⵉⵡⵉⵏ
plugin-secrets-lead = ⵓⵔ ⴷⴰ ⵜⵜⴱⴰⵢⴰⵏ ⵜⵓⴼⴼⵔⴰ: ⵜⵣⵎⵔⵎ ⴰⴷ ⵜⵜ ⵜⵙⵏⴼⵍⵎ ⵏⵖⴷ ⵜⵜ ⵜⴽⴽⵙⵎ.
secret-set = ⵉⵜⵜⵓⵙⵔⵙ { $date }
secret-unset = ⵓⵔ ⵉⵍⵍⵉ
secret-put = ⵙⵔⵙ
secret-replace = ⵙⵏⴼⵍ
secret-forget = ⴽⴽⵙ
secret-forget-sure = ⵉⵙ ⵜⵔⵉⵜ ⴰⴷ ⵜⴽⴽⵙⵜ ⵜⵓⴼⴼⵔⴰ ⴰⴷ?
secret-wrong = ⵜⵓⴼⴼⵔⴰ ⵜⵅⵡⴰ ⵏⵖⴷ ⵜⵖⵣⵣⵉⴼ ⴱⴰⵀⵔⴰ.
secret-saved = ⵜⵜⵡⴰⵃⴹⴰ ⵜⵓⴼⴼⵔⴰ.
settings-saved = ⵜⵜⵡⴰⵃⴹⴰⵏⵜ ⵜⵙⵖⴰⵍ.
settings-conflict = ⵢⴰⵏ ⵢⴰⴹⵏ ⵉⵙⵏⴼⵍ ⵜⵉⵙⵖⴰⵍ ⴰⴷ ⵍⵍⵉⴳ ⴷⴰ ⵜⵜⴰⵔⴰⵜ. ⵓⵔ ⵉⵊⵍⵉ ⵡⴰⵍⵓ: ⵜⵉⵔⴰⵔⵉⵏ ⵏⵏⴽ ⴷⴰ, ⴰⵜⵉⴳⵏ ⵏⵏⵙ ⵜⴰⵎⴰ ⵏⵏⵙⵏⵜ. ⵙⵜⵉ, ⵜⵃⴹⵓⵜ.
settings-now = ⴰⵜⵉⴳ ⵖⵉⵍⴰⴷ:
plugin-limits = ⵜⵉⵍⴰⵙ
plugin-limits-lead = ⵉⵖ ⵉⵅⵡⴰ ⵢⴰⵏ ⵉⴳⵔ, ⵜⵇⵇⵉⵎ ⵜⵍⴰⵙⵜ ⵏ ⵡⵓⵍ.
limits-wrong = ⵢⴰⵜ ⵜⵍⴰⵙⵜ ⵜⵣⵔⵉ ⴰⵢⵏⵏⴰ ⵉⵖⵉⵏ ⴰⴷ ⵉⵜⵜⵡⴰⴼⴽ.
limits-saved = ⵜⵜⵡⴰⵃⴹⴰⵏⵜ ⵜⵍⴰⵙ.
limit-now = ⵖⵉⵍⴰ:
limit-default = ⵙⴳ ⵡⵓⵍ:
limit-ceiling = ⴰⴽⴽⵯ:
limit-cpu-ms = ⴰⴽⵓⴷ ⵏ ⵓⵎⵙⵡⵓⵔⵉ ⵉ ⵜⴰⵙⵏⴰ
limit-wall-ms = ⴰⴽⵓⴷ ⵉⵣⵔⵉⵏ ⵉ ⵜⴰⵙⵏⴰ
limit-memory-bytes = ⵜⴰⴽⵜⵉⵜ ⵏ ⵢⴰⵜ ⵜⵖⵓⵔⵉ
limit-table-elements = ⵉⴼⵔⴷⵉⵙⵏ ⵏ ⵜⴼⵍⵡⵉⵏ
limit-calls = ⵜⵉⵖⵓⵔⵉⵡⵉⵏ ⵖ ⵢⴰⵏ ⵡⴰⴽⵓⴷ
limit-queue = ⵜⵉⵖⵓⵔⵉⵡⵉⵏ ⵉⵜⵜⵇⵍⵏ
limit-store-calls = ⵜⵉⵖⵔⵉ ⴷ ⵜⵉⵔⵔⴰ ⵉ ⵜⴰⵙⵏⴰ
limit-rows = ⵜⵉⴼⵔⴰ ⵉⵜⵜⵡⴰⵃⴹⴰⵏ
limit-bytes = ⵜⵉⴷⴷⵉ ⵏ ⵜⴼⵔⴰ ⵉⵜⵜⵡⴰⵃⴹⴰⵏ
limit-files = ⵉⴼⴰⵢⵍⵓⵜⵏ ⵉⵜⵜⵡⴰⵃⴹⴰⵏ
limit-file-bytes = ⵜⵉⴷⴷⵉ ⵏ ⵉⴼⴰⵢⵍⵓⵜⵏ ⵉⵜⵜⵡⴰⵃⴹⴰⵏ
limit-outbound-at-once = ⵜⵓⵜⵔⵉⵡⵉⵏ ⵖⵔ ⴱⵔⵔⴰ ⵖ ⵢⴰⵏ ⵡⴰⴽⵓⴷ
limit-outbound-calls = ⵜⵓⵜⵔⵉⵡⵉⵏ ⵖⵔ ⴱⵔⵔⴰ ⵉ ⵢⴰⵜ ⵜⵖⵓⵔⵉ
limit-outbound-ms = ⴰⴽⵓⴷ ⵏ ⵢⴰⵜ ⵜⵓⵜⵔⴰ ⵖⵔ ⴱⵔⵔⴰ
limit-outbound-bytes = ⵜⵉⴷⴷⵉ ⵏ ⵜⵎⵔⴰⵔⵓⵜ ⵙⴳ ⴱⵔⵔⴰ
plugin-log = ⵉⵣⵔⵉⵔⵉⴳⵏ ⵉⵎⴳⴳⵓⵔⴰ ⵏ ⵓⵖⵎⵉⵙ
plugin-log-none = ⵓⵔ ⵢⵓⵔⵉ ⵓⵙⵉⵖⵣⴼ ⵢⴰⵜ.
plugin-log-kernel = ⵓⵍ
grants-title = ⴰⵢⵏⵏⴰ ⵉⵔⴰ ⵓⵙⵉⵖⵣⴼ
grants-none = ⵓⵔ ⵉⵔⵉ ⵢⴰⵜ.
grants-save = ⵃⴹⵓ
grants-saved = ⵜⵜⵡⴰⵃⴹⴰⵏⵜ ⵜⵓⵔⴰⴳⵉⵏ.
grant-granted = ⵉⵜⵜⵢⴰⵊⴰ
grant-denied = ⵓⵔ ⵉⵜⵜⵢⴰⵊⴰ
hooks-title = ⴷⴰ ⵜⵥⵔ ⴷⴰⵜ ⵓⵙⴽⴽⵉⵍ
hook-on-failure-refuse = ⵎⴽ ⵜⵣⴳⵍ, ⵓⵔ ⵉⵜⵜⵢⴰⵔⴰ ⵡⴰⵍⵓ
hook-on-failure-pass = ⵎⴽ ⵜⵣⴳⵍ, ⴷⴰ ⵉⵜⵜⵢⴰⵔⴰ ⴱⵍⴰ ⵏⵜⵜⴰⵜ
hook-state-working = ⴷⴰ ⵜⵙⵡⵓⵔⵔⵉ
hook-state-resting = ⴷⴰ ⵜⵙⵓⵏⴼⵓ
hook-state-trying = ⵔⴰⴷ ⵜⵜⵢⴰⵔⵎ ⴷⴰⵖ
plugin-slots = ⴰⵔ ⵜⵙⴽⵏ ⴰⴳⵣⵣⵓⵎ ⴳ:
slot-home = ⵜⴰⵙⵏⴰ ⵜⴰⵎⵣⵡⴰⵔⵓⵜ
slot-cooperative = ⵜⴰⵙⵏⴰ ⵏ ⵜⵎⵢⴰⵡⴰⵙⵜ
slot-account = ⴰⵎⵉⴹⴰⵏ
plugin-provides = ⴰⵔ ⵜⵜⵔⴰⵔ ⵉ ⵉⵎⵔⵏⵉⵜⵏ ⵢⴰⴹⵏ:
plugin-requires = ⴰⵔ ⵜⵙⵇⵙⴰ ⵉⵎⵔⵏⵉⵜⵏ ⵢⴰⴹⵏ:
console-jobs = ⵜⵉⵡⵓⵔⵉⵡⵉⵏ
console-jobs-lead = ⴰⵢⵏⵏⴰ ⵙⴽⴰⵔⵏ ⵉⵙⵉⵖⵣⴰⴼ ⴳ ⴷⴼⴼⵉⵔ.
jobs-all = ⵜⵉⵡⵓⵔⵉⵡⵉⵏ ⵏ ⵉⵙⵉⵖⵣⴰⴼ ⴰⴽⴽⵯ
jobs-none = ⵡⴰⵍⵓ
job-state-waiting = ⴷⴰ ⵜⵜⵇⵇⵍⵏ
job-state-running = ⴷⴰ ⵙⵡⵓⵔⵔⵉⵏ
job-state-dead = ⵜⵜⵓⴷⵊⴰⵏ
job-source-event = ⵜⴰⴷⵢⴰⵏⵜ
job-source-job = ⵜⴰⵡⵓⵔⵉ
job-source-schedule = ⴳ ⵜⵙⵔⴰⴳⵜ
job-tries = { $attempt } ⵙⴳ { $max } ⵏ ⵉⵔⵉⵎⵏ
job-bytes = { $count } ⵏ ⵉⴽⵜⴰⵎⵏ
job-retry = ⴰⵔⵎ ⴷⴰⵖ
job-forget = ⵜⵜⵓ
job-forget-sure = ⴰⴷ ⵜⵜⵓⵜ ⵜⴰⵡⵓⵔⵉ ⴰⴷ? ⵓⵔ ⵙⴰⵔ ⵜⵜⵢⴰⵙⴽⴰⵔ.
job-retried = ⴷⴰ ⵜⵜⵇⵇⵍ ⵜⵡⵓⵔⵉ ⴷⴰⵖ.
job-forgotten = ⵜⵜⵢⴰⵜⵜⵓ ⵜⵡⵓⵔⵉ.
capability-store = ⵃⴹⵓ ⵜⵉⴼⵔⴰ ⵏⵏⵙ
capability-kv = ⵃⴹⵓ ⴰⵜⵉⴳⵏ ⵙ ⵜⵙⴰⵔⵓⵜ
capability-blobs = ⵃⴹⵓ ⵉⴼⴰⵢⵍⵓⵜⵏ
capability-secrets = ⵥⵔ ⵉⵏⵜⵍⵏ ⵏⵏⵙ
capability-http-out = ⵙⵙⵓⵜⵔ ⵜⵉⵎⵙⵙⵓⵖⵏ ⵏ ⴱⵕⵕⴰ
capability-registry-read = ⵖⵔ ⴰⵣⵎⵎⴻⵎ ⵏ ⵜⵎⵢⴰⵡⴰⵙⵉⵏ
capability-milestones = ⴰⵔⴰ ⵜⵉⵙⵓⵔⵉⴼⵉⵏ ⵏ ⵓⴱⵔⵉⴷ
capability-calls = ⵙⵇⵙⴰ ⵉⵎⵔⵏⵉⵜⵏ ⵢⴰⴹⵏ
capability-notify = ⵙⵙⴳⵎ ⵉ ⵎⴷⴷⵏ
capability-telemetry = ⴰⵔⴰ ⴳ ⵓⵖⵎⵉⵙ ⴰⵜⵉⵇⵏⵉⵢ
capability-hooks = ⵥⵔ ⴰⵢⵏⵏⴰ ⴰⵔⴰⵏ ⵡⵉⵢⴰⴹ ⵙⴰⵜ ⵓⵙⴽⴽⵉⵍ, ⴰⴳⵢ ⵜ ⵏⵖ ⵙⵙⵖⴷ ⵜ
capability-events = ⵙⵙⵏ ⴰⵢⵏⵏⴰ ⵉⵏⴼⵍⵏ, ⵙⵙⵏ ⵉⵙⵉⵖⵣⴰⴼ ⵢⴰⴹⵏ
capability-jobs = ⵙⵡⵓⵔⵉ ⴳ ⴷⴼⴼⵉⵔ, ⵓⵍⴰ ⴳ ⵜⵙⵔⴰⴳⵉⵏ
account-add = ⵔⵏⵓ ⴰⵎⵉⴹⴰⵏ
account-added = ⵉⵜⵜⵢⴰⵔⵏⵓ ⴰⵎⵉⴹⴰⵏ.
account-disabled = ⵉⴱⴷⴷ
account-wrong = ⵥⵕ ⵉⵙⵎ, ⵉⵎⴰⵢⵍ ⴷ ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ. ⵉⵣⵎⵔ ⴰⴷ ⵉⵍⵉ ⵉⵎⴰⵢⵍ ⵉⵜⵜⵡⴰⵙⵎⵔⵙ.
account-role-wrong = ⵜⴰⵡⵓⵔⵉ ⴰⴷ ⵓⵔ ⵜⵎⵓⵏ ⴷ ⵓⴷⵖⴰⵔ ⴰⴷ.
password-first = ⵜⴰⴳⵓⵔⵉ ⵏ ⵓⵣⵔⴰⵢ ⵜⴰⵎⵣⵡⴰⵔⵓⵜ
role = ⵜⴰⵡⵓⵔⵉ
scope = ⵎⴰⵏⵉ
scope-hint = nation, ⵏⵖ province:09.541, ⵏⵖ cooperative: ⴷ ⵓⵙⵎⵎⴰⵍ ⵏⵏⵙ
kind-purpose = ⵜⴰⵎⵏⵜⵉⵍⵜ
kind-retention = ⵜⴰⵏⵣⴳⵜ
class-public = ⴰⴳⴷⵓⴷⴰⵏ
class-internal = ⴰⴳⵯⵏⵙⴰⵏ
class-personal = ⴰⵎⴰⵡⴰⵏ
class-sensitive = ⴰⵎⵃⵔⵙ

## Records

records = ⵜⵉⴼⵔⴰ
records-lead = ⴰⵢⵏⵏⴰ ⴰⴽⴽⵯ ⵜⵣⵎⵔⵜ ⴰⴷ ⵜⵥⵕⵜ ⴷⴰ, ⵙ ⵡⴰⵏⴰⵡ.
namespace-registry = ⴰⵣⵎⵎⴻⵎ
records-empty = ⵓⵔ ⵜⴰ ⵜⵍⵍⵉ ⵢⴰⵜ ⵜⵉⴼⵔⵜ
records-searching = ⵓⵔ ⵉⵍⵍⵉ ⵡⴰⵍⵓ ⴳ ⵜⴰⵙⵏⴰ ⴰⴷ; ⴰⵔⵣⵣⵓ ⴷⴰ ⵉⵜⵜⴽⵎⵎⴰⵍ ⴳ ⵜⵉⵏⵏⴰ ⵉⴹⴼⵕⵏ.
records-new = ⵜⵉⴼⵔⵜ ⵜⴰⵎⴰⵢⵏⵓⵜ
records-edit = ⵙⵏⴼⵍ
records-delete = ⴽⴽⵙ
records-delete-sure = ⵉⵙ ⵜⵔⵉⵜ ⴰⴷ ⵜⴽⴽⵙⵜ ⵜⵉⴼⵔⵜ ⴰⴷ?
records-delete-text = ⵔⴰⴷ ⵜⴼⴼⵖ ⵙⴳ ⵜⵍⴳⴰⵎⵉⵏ. ⴰⵎⵣⵔⵓⵢ ⵏⵏⵙ ⵉⵇⵇⵉⵎ.
records-delete-changed = ⵜⵏⴼⵍ ⵜⵉⴼⵔⵜ ⴰⴷ. ⵀⴰ ⵜⵜ ⵎⴰⵎⴽ ⵜⴳⴰ ⵖⵉⵍⴰⴷ.
records-restore = ⵔⴰⵔ ⵜⵜ ⵉⴷ
records-restore-hint = ⴰⵔⴰⵔ ⴷⴰ ⵉⵙⵔⵙⴰ ⵢⴰⵏ ⵓⵎⴰⵙⵙ ⴳ ⵜⵉⴼⵔⵜ ⵜⴰⵎⴰⵢⵏⵓⵜ ⵙ ⵓⵙⵎⵎⴰⵍ ⵢⴰⴹⵏ.
record-restore-taken = ⵓⵔ ⵜⵣⵎⵉⵔ ⴰⴷ ⵜⴰⵖⵓⵍ ⵜⵉⴼⵔⵜ ⴰⴷ: ⵜⵓⵎⵥ ⵜⵉⵢⴰⴹ ⴰⵜⵉⴳⵏ ⵏⵏⵙ, ⵏⵖ ⵏⴼⵍⵏ ⵉⵍⵓⴳⵏⵏ.
record-created = ⵜⵜⵢⴰⵔⴰ ⵜⵉⴼⵔⵜ.
record-saved = ⵜⵜⵡⴰⵃⴹⴰ ⵜⵉⴼⵔⵜ.
record-deleted = ⵜⵜⵡⴰⴽⴽⵙ ⵜⵉⴼⵔⵜ. ⴰⵎⵣⵔⵓⵢ ⵏⵏⵙ ⵉⵇⵇⵉⵎ.
record-restored = ⵢⴰⵖⵓⵍ ⴷ ⵓⵎⴰⵙⵙ, ⴳ ⵜⵉⴼⵔⵜ ⵜⴰⵎⴰⵢⵏⵓⵜ.
records-history = ⴰⵎⵣⵔⵓⵢ
records-csv = ⴰⴳⵎ (CSV)
records-filter = ⵙⵙⵉⴼ ⵜⵙⵙⵓⴷⵙⵜ
records-any = ⴰⴽⴽⵯ
records-sort = ⴰⵙⵙⵓⴷⵙ
records-sort-up = { $field } ⵓⵍⵉⵏ
records-sort-down = { $field } ⵓⴳⵣⵏ
records-mismatch = ⵉⵙⵙⵉⴼⵏ ⴰⴷ ⵓⵔ ⵎⵓⵏⵏ ⴷⴰ. ⴽⴽⵙ ⵢⴰⵏ.
records-filter-wrong = ⴰⵜⵉⴳ ⵏ ⵢⴰⵏ ⵓⵙⵙⵉⴼ ⵓⵔ ⵉⵜⵜⵢⴰⵔⵎⴰⵙ.
records-json = { $count ->
    [one] { $count } ⵏ ⵓⴼⵔⴷⵉⵙ
   *[other] { $count } ⵏ ⵉⴼⵔⴷⵉⵙⵏ
}
records-about = ⵖⴼ ⵜⵉⴼⵔⵜ ⴰⴷ
records-created = ⴰⵙⵏⵓⵍⴼⵓ
records-changed = ⴰⵙⵏⴼⵍ ⴰⵎⴳⴳⴰⵔⵓ
records-by-you = ⴽⵢⵢⵉⵏ
records-by-account = ⵢⴰⵏ ⵓⵎⵉⴹⴰⵏ
records-by-system = ⵜⴰⵏⵙⴰ ⵙ ⵉⵅⴼ ⵏⵏⵙ
records-elsewhere = ⵜⵉⴼⵔⵜ ⴰⴷ ⵜⴳⴰ ⵜⵉⵏ ⵜⴰⵏⵙⴰ ⵢⴰⴹⵏ; ⵏⵜⵜⴰⵜ ⴽⴰ ⴰⵢⴷ ⵉⵣⵎⵔⵏ ⴰⴷ ⵜⵜ ⵜⵙⵏⴼⵍ.
records-before = ⴷⴰⵜ:
records-after = ⴷⴼⴼⵉⵔ:
operation-create = ⵜⵜⵢⴰⵔⴰ
operation-replace = ⵜⵏⴼⵍ
operation-delete = ⵜⵜⵡⴰⴽⴽⵙ
records-cancel = ⵙⵔ
records-wrong = ⵓⵔ ⵉⵜⵜⵡⴰⵃⴹⴰ ⵡⴰⵍⵓ: ⴽⵔⴰ ⵏ ⵉⴳⵔⴰⵏ ⵅⵚⵚⴰⵏ ⴰⴷ ⵜⵜⵡⴰⵥⵕⵏ.
records-refused = ⵓⵔ ⵜⵣⵎⵉⵔⴷ ⴰⴷ ⵜⵃⴹⵓⵜ ⵜⵉⴼⵔⵜ ⴰⴷ ⴳ ⵓⴷⵖⴰⵔ ⴰⴷ. ⵜⵉⵔⴰⵔⵉⵏ ⵏⵏⴽ ⵇⵇⵉⵎⵏⵜ ⴷⴰ.
records-sent-before = ⵜⴰⵍⵖⴰ ⴰⴷ ⵜⵜⵡⴰⵣⵏ ⵢⴰⴷ ⵙ ⵓⵎⴰⵙⵙ ⵢⴰⴹⵏ. ⵥⵕ ⵜⵉⴼⵔⵜ, ⵜⵃⴹⵓⵜ ⵎⴽ ⵜⵔⵉⵜ.
records-conflict = ⵢⴰⵏ ⵢⴰⴹⵏ ⵉⵙⵏⴼⵍ ⵜⵉⴼⵔⵜ ⴰⴷ ⵍⵍⵉⴳ ⴷⴰ ⵜⵜⴰⵔⴰⵜ. ⵓⵔ ⵉⵊⵍⵉ ⵡⴰⵍⵓ: ⵜⵉⵔⴰⵔⵉⵏ ⵏⵏⴽ ⴷⴰ, ⴰⵜⵉⴳⵏ ⵏⵏⵙ ⵜⴰⵎⴰ ⵏⵏⵙⵏⵜ. ⵙⵜⵉ, ⵜⵃⴹⵓⵜ.
records-gone = ⵜⵜⵡⴰⴽⴽⵙ ⵜⵉⴼⵔⵜ ⴰⴷ ⵍⵍⵉⴳ ⴷⴰ ⵜⵜⴰⵔⴰⵜ. ⵜⵉⵔⴰⵔⵉⵏ ⵏⵏⴽ ⴷⴰ; ⵏⵖⵍ ⴰⵢⵏⵏⴰ ⵜⵔⵉⵜ.
records-meanwhile = ⴰⵢⵏⵏⴰ ⵉⵏⴼⵍⵏ
records-now = ⴳ ⵜⵉⴼⵔⵜ ⵖⵉⵍⴰⴷ:
hint-lines = ⵢⴰⵏ ⵡⴰⵜⵉⴳ ⴳ ⴽⵓ ⵉⵣⵔⵉⵔⵉⴳ.
hint-json = ⴰⵎⵓⵔ ⴰⴷ ⵓⵔ ⵜⴰ ⵖⵓⵔⵙ ⵜⴰⵍⵖⴰ: ⵉⵜⵜⵢⴰⵔⴰ ⵙ JSON.
hint-least = { $count } ⵏⵖ ⵓⴳⴳⴰⵔ
hint-most = { $count } ⵏⵖ ⴷⴷⴰⵡ
fault-required = ⵉⵅⵚⵚⴰ ⴰⴷ ⵉⵜⵜⵡⴰⵄⵎⵎⵔ
fault-length = ⵉⴳⵣⵣⵓⵍ ⵏⵖ ⵉⵖⵣⵣⵉⴼ ⴽⵉⴳⴰⵏ.
fault-range = ⵉⵎⵥⵥⵉ ⵏⵖ ⵉⵎⵇⵇⵓⵔ ⴽⵉⴳⴰⵏ.
fault-choice = ⵓⵔ ⵉⵍⵍⵉ ⵓⵙⵜⵜⴰⵢ ⴰⴷ.
fault-pattern = ⵓⵔ ⵜⴳⵉ ⵜⴰⵍⵖⴰ ⵏⵏⴰ ⵉⵅⵚⵚⴰⵏ.
fault-order = ⴰⵙⴰⴽⵓⴷ ⴰⴷ ⵓⵔ ⵉⵎⵓⵏ ⴷ ⵡⵉⵢⴰⴹ, ⵏⵖ ⵓⵔ ⵜⴰ ⴷ ⵉⵍⴽⵎ.
fault-taken = ⵜⵍⵍⴰ ⵜⵉⴼⵔⵜ ⵢⴰⴹⵏ ⵙ ⵡⴰⵜⵉⴳ ⴰⴷ.
fault-repeated = ⵢⴰⵏ ⵡⴰⵜⵉⴳ ⵙⵏⴰⵜ ⵜⵡⴰⵍⴰⵡⵉⵏ.
fault-json = ⵓⵔ ⵉⴳⵉ JSON ⵉⵖⵓⴷⴰⵏ.
fault-other = ⵢⴰⵏ ⵓⵍⵓⴳⵏ ⵏ ⵡⴰⵏⴰⵡ ⴰⴷ ⵓⵔ ⵉⵜⵜⵡⴰⴹⴼⵔ.
yes = ⵢⴰⵀ
no = ⵓⵀⵓ

## Fields of the register

field-name-ar = ⵉⵙⵎ ⵙ ⵜⴰⵄⵕⴰⴱⵜ
field-name-fr = ⵉⵙⵎ ⵙ ⵜⴼⵕⴰⵏⵚⵉⵙⵜ
field-name-zgh = ⵉⵙⵎ ⵙ ⵜⵉⴼⵉⵏⴰⵖ
field-status = ⴰⴷⴷⴰⴷ
field-capital-mad = ⴰⵢⴷⴰ (ⵉⴷⵔⵉⵎⵏ)
field-cooperative = ⵜⴰⵎⵢⴰⵡⴰⵙⵜ
field-person = ⴰⴼⴳⴰⵏ
field-gender = ⵜⴰⵡⵙⵉⵜ
field-birth-date = ⴰⵙⴰⴽⵓⴷ ⵏ ⵜⵍⴰⵍⵉⵜ
field-birth-year = ⴰⵙⴳⴳⵯⴰⵙ ⵏ ⵜⵍⴰⵍⵉⵜ
field-national-id-key = ⴰⵙⵎⵎⴰⵍ ⵏ ⵜⴽⴰⵕⴹⴰ ⵜⴰⵏⴰⵎⵓⵔⵜ
field-membership-number = ⵓⵟⵟⵓⵏ ⵏ ⵓⴳⵎⴰⵎ
field-joined-on = ⴰⵙⴰⴽⵓⴷ ⵏ ⵓⴽⵛⵛⵓⵎ
field-left-on = ⴰⵙⴰⴽⵓⴷ ⵏ ⵓⴼⴼⵓⵖ
field-shares = ⵜⵉⵙⵓⵔⴰⵙ
field-share-value-mad = ⴰⵜⵉⴳ ⵏ ⵜⵙⵓⵔⵙⵜ (ⵉⴷⵔⵉⵎⵏ)
field-subject = ⵎⴰⵏⵡⴰ
field-stage = ⵜⴰⵙⵓⵔⵉⴼⵜ
field-plugin = ⴰⵙⵉⵖⵣⴼ
field-code = ⵜⴰⵏⴳⴰⵍⵜ
field-reached-at = ⴰⵙⴰⴽⵓⴷ ⵏ ⵓⵡⵡⴰⴹ
field-proof = ⴰⵏⵣⴰ
field-proof-kind = ⴰⵏⴰⵡ ⵏ ⵡⴰⵏⵣⴰ
field-language = ⵜⵓⵜⵍⴰⵢⵜ
value-gender-female = ⵜⴰⵎⵖⴰⵔⵜ
value-gender-male = ⴰⵔⴳⴰⵣ
value-role-member = ⴰⴳⵎⴰⵎ
value-role-president = ⴰⵏⵙⵙⵉⵅⴼ
value-role-vice-president = ⴰⵏⴰⵢⴱ ⵏ ⵓⵏⵙⵙⵉⵅⴼ
value-role-manager = ⴰⵎⵙⵡⵓⴷⴷⵓ
value-role-treasurer = ⴰⵎⵃⴹⴰⵢ ⵏ ⵉⴷⵔⵉⵎⵏ
value-role-secretary = ⴰⵎⴰⵔⴰ
value-role-board-member = ⴰⴳⵎⴰⵎ ⵏ ⵓⵙⵇⵇⵉⵎ
value-stage-skills = ⵜⵉⵣⵎⵎⴰⵔ
value-stage-project = ⴰⵙⵏⴼⴰⵕ
value-stage-market = ⴰⵙⵓⵇ

## What went wrong

error-missing-title = ⵓⵔ ⵜⵍⵍⵉ ⵜⴰⵙⵏⴰ ⴰⴷ
error-missing-text = ⵉⵣⵎⵔ ⴰⴷ ⵜⵉⵍⵉ ⵜⴰⵣⴳⵍⵜ ⴳ ⵓⴷⵖⴰⵔ, ⵏⵖ ⵜⵜⵡⴰⴽⴽⵙ ⵜⴰⵙⵏⴰ.
error-forbidden-title = ⵜⴰⵙⵏⴰ ⴰⴷ ⵓⵔ ⵜⴳⵉ ⵉ ⴰⵎⵉⴹⴰⵏ ⴰⴷ
error-forbidden-text = ⵉⴽ ⵜⵜ ⵜⵔⵉⵜ, ⵙⵙⵓⵜⵔ ⵜⴰⵡⵓⵔⵉ ⵙⴳ ⵓⵎⵙⵙⵓⴳⵓⵔ.
error-grant-title = ⵜⵅⵚⵚⴰ ⵜⵓⵔⴰⴳⵜ ⵉ ⵓⵙⵉⵖⵣⴼ ⴰⴷ
error-grant-text = ⵉⵣⵎⵔ ⵓⵎⵙⵙⵓⴳⵓⵔ ⴰⴷ ⴰⵙ ⵜⵜ ⵢⴰⵊⵊ:
error-sign-in-title = ⴽⵛⵎ ⴰⴼⴰⴷ ⴰⴷ ⵜⵥⵕⵜ ⵜⴰⵙⵏⴰ ⴰⴷ
error-sign-in-text = ⵜⴳⴰ ⵉ ⵡⵉⵏⵏⴰ ⴷⴰⵔ ⵉⵍⵍⴰ ⴰⵎⵉⴹⴰⵏ.
error-form-title = ⵜⴰⵍⵖⴰ ⴰⴷ ⵜⵇⴱⵓⵔ
error-form-text = ⴰⵖⵓⵍ ⵖⵔ ⵜⴰⵙⵏⴰ ⵉⵣⵔⵉⵏ, ⵜⴰⵍⵙⵜ. ⵓⵔ ⵉⵏⴼⵉⵍ ⵢⴰⵜ.
error-request-title = ⵓⵔ ⵏⵔⵎⵉⵙ ⴰⵙⵓⵜⵔ ⴰⴷ
error-request-text = ⴰⵖⵓⵍ ⵖⵔ ⴷⴼⴼⵉⵔ, ⵜⴰⵔⵎⵜ.
error-busy-title = ⴳⴳⵓⵜⵏ ⵎⵉⴷⴷⵏ ⵖⵉⵍⴰⴷ
error-busy-text = ⵇⵇⵍ ⵉⵎⵉⴽ, ⵜⴰⵍⵙⵜ.
error-internal-title = ⵜⴰⵣⴳⵍⵜ ⵜⴳⴰ ⵜⵉⵏⵏⵖ
error-internal-text = ⵓⵔ ⵜⴳⵉ ⵜⵉⵏⵏⴽ. ⴰⵍⵙ ⴷⴰⵔ ⵉⵎⵉⴽ.
error-plugin-title = ⵓⵔ ⵉⵣⵎⵉⵔ ⴰⴷ ⵜⴱⴰⵢⵏ ⵜⴰⵙⵏⴰ ⴰⴷ ⵏ ⵓⵙⵉⵖⵣⴼ
error-plugin-text = ⴰⵢⵏⵏⴰ ⵉⵇⵇⵉⵎⵏ ⵉⵙⵡⵓⵔⵉ. ⴰⵎⵙⵙⵓⴳⵓⵔ ⵉⵣⵎⵔ ⴰⴷ ⵢⴰⴼ ⵜⴰⵎⵏⵜⵉⵍⵜ.
error-hook-title = ⵉⵅⵚⵚⴰ ⴰⴷ ⵉⵥⵔ ⵢⴰⵏ ⵓⵙⵉⵖⵣⴼ ⴰⵢⴰ ⵙ ⵓⵎⵣⵡⴰⵔⵓ
error-hook-text = ⵓⵔ ⴷⴰ ⵉⵜⵜⵔⴰⵔⴰ ⵖⵉⵍⴰⴷ, ⵓⵔ ⵉⵜⵜⵢⴰⵔⴰ ⵡⴰⵍⵓ. ⴰⵍⵙ ⵉⵎⵉⴽ.
error-reference = ⵉ ⵜⵡⵉⵙⵉ:
refusal-title = ⵓⵔ ⵉⵜⵜⵢⴰⵙⴽⴰⵔ ⵓⵢⴰ
refusal-unsigned = ⵓⵔ ⵉⵜⵜⵓⵙⴳⵎⴹ ⵓⵙⵉⵖⵣⴼ ⴰⴷ. ⵙⵓⵜⵔ ⴰⴼⴰⵢⵍⵓ ⵉⵜⵜⵓⵙⴳⵎⴹⵏ ⵖⵔ ⴱⴰⴱ ⵏⵏⵙ.
refusal-development = ⵉⵜⵜⵓⵙⴳⵎⴹ ⵓⵙⵉⵖⵣⴼ ⴰⴷ ⵙ ⵜⵙⴰⵔⵓⵜ ⵏ ⵓⵙⵏⴼⵍⵉ. ⵙⵓⵜⵔ ⴰⴼⴰⵢⵍⵓ ⵢⴰⴹⵏ ⵖⵔ ⴱⴰⴱ ⵏⵏⵙ.
refusal-unknown = ⵓⵔ ⵉⵍⵍⵉ ⵎⴰⴷ ⵉⴹⵎⵏⵏ { $name } ⴷⴰ. ⵙⵎⵣⴰⵣⴰⵍ ⵜⴰⵙⴰⵔⵓⵜ ⴷⵉⴷⵙ, ⵜⵔⵏⵓⵜ ⵜⵜ.
refusal-uncertified = ⴱⴰⴱ ⵏ ⵓⵙⵉⵖⵣⴼ ⵓⵔ ⵖⵓⵔⵙ ⵜⴰⵏⴰⴳⴰ, ⵓⵔ ⵜⵜⵢⴰⵙⵙⵏ ⵜⵙⴰⵔⵓⵜ ⵏⵏⵙ ⴷⴰ. ⵙⵎⵣⴰⵣⴰⵍ ⵜⵜ ⴷⵉⴷⵙ, ⵜⵔⵏⵓⵜ ⵜⵜ.
refusal-chain = ⵜⴰⵏⴰⴳⴰ ⵏ { $name } ⵓⵔ ⵜⵎⵓⵏ ⴷ ⵜⴰⵏⵏⴰ ⵉⵍⵍⴰⵏ ⵏⵏⵉⴳ ⴰⵙ. ⵙⵓⵜⵔ ⵜⵉⵢⴰⴹ.
refusal-prefix = ⵉⵖⵉⵢ { $name } ⴰⴷ ⵉⵙⴳⵎⴹ { $prefixes }, ⵓⵔ ⴷ { $plugin }. ⵙⵇⵙⴰ ⵡⴰⵏⵏⴰ ⴰⵙ ⵉⴼⴽⴰⵏ ⵜⴰⵏⴰⴳⴰ.
refusal-expired = ⵜⴼⵓⴽⴽⴰ ⵜⴰⵏⴰⴳⴰ ⵏ { $name } ⴰⵙⵙ ⵏ { $until }. ⵙⵓⵜⵔ ⴰⴼⴰⵢⵍⵓ ⵉⵜⵜⵓⵙⴳⵎⴹⵏ ⵙ ⵓⵎⴰⵢⵏⵓ.
refusal-early = ⴰⵔ ⵜⴱⴷⴷⵓ ⵜⴰⵏⴰⴳⴰ ⵏ { $name } ⴰⵙⵙ ⵏ { $from }. ⵥⵕ ⵜⴰⵙⵔⴰⴳⵜ ⵏ ⵜⵎⴰⵛⵉⵏⵜ ⴰⴷ.
refusal-revoked-key = ⵜⴻⵜⵜⵢⴰⴽⴽⵙ ⵜⵙⴰⵔⵓⵜ ⵉⵙⴳⵎⴹⵏ ⴰⵙⵉⵖⵣⴼ ⴰⴷ: { $reason }. ⵙⵓⵜⵔ ⴰⴼⴰⵢⵍⵓ ⵙ ⵜⵙⴰⵔⵓⵜ ⵜⴰⵎⴰⵢⵏⵓⵜ.
refusal-revoked-bundle = ⵉⵜⵜⵢⴰⴽⴽⵙ ⵓⴼⴰⵢⵍⵓ ⴰⴷ: { $reason }. ⵙⵓⵜⵔ ⴰⵎⴰⵢⵏⵓ ⵖⵔ ⴱⴰⴱ ⵏⵏⵙ.
refusal-minimum = ⵜⴻⵜⵜⵢⴰⴽⴽⵙ { $plugin } { $version }, ⵜⵓⵏⵖⵉⵍⵜ ⵜⴰⵇⴱⵓⵔⵜ ⵉⵖⵉⵏ ⴰⴷ ⵜⵙⵡⵓⵔⵉ ⵜⴳⴰ { $minimum }: { $reason }
refusal-older = { $plugin } { $version } ⵜⵇⴱⵓⵔ ⵅⴼ { $highest } ⵉⵜⵜⵓⵙⵔⵙⵏ ⴷⴰ.
refusal-bundle = ⵓⵔ ⵉⴳⵉ ⵓⴼⴰⵢⵍⵓ ⴰⴷ ⴰⵙⵉⵖⵣⴼ. ⴰⵍⵙ ⴰⵙ ⵙⵓⵜⵔ ⵖⵔ ⴱⴰⴱ ⵏⵏⵙ.
refusal-bundle-large = ⵉⵅⴰⵜⵔ ⵓⴼⴰⵢⵍⵓ ⴽⵉⴳⴰⵏ: { $bytes }, ⴰⴽⴽⵯ { $most }.
refusal-bundle-changed = ⵉⵏⴼⵍ ⵓⴼⴰⵢⵍⵓ ⴷⴼⴼⵉⵔ ⵓⵙⴳⵎⴹ, ⵏⵖ ⵉⵅⵙⵔ ⴳ ⵓⴱⵔⵉⴷ. ⴰⵍⵙ ⴰⵙ ⵙⵓⵜⵔ ⵖⵔ ⴱⴰⴱ ⵏⵏⵙ.
refusal-manifest = ⵜⵍⵍⴰ ⵜⴰⵣⴳⵍⵜ ⴳ ⵓⵎⵙⵙⵉⵎⵍ ⵏ ⵓⵙⵉⵖⵣⴼ, ⵉⵅⵚⵚⴰ ⴰⴷ ⵜⵜ ⵉⵚⵍⵃ ⴱⴰⴱ ⵏⵏⵙ:
refusal-component = ⵓⵔ ⵉⵜⵜⵓⵇⴱⵍ ⵓⵙⵖⵣⴰⵏ ⵏ ⵓⵙⵉⵖⵣⴼ, ⵉⵅⵚⵚⴰ ⴰⴷ ⵜ ⵉⵚⵍⵃ ⴱⴰⴱ ⵏⵏⵙ:
refusal-contract = ⵉⵜⵜⵢⴰⵙⴽⴰⵔ ⵓⵙⵉⵖⵣⴼ ⵉ ⵜⵓⵏⵖⵉⵍⵜ ⵢⴰⴹⵏ. ⵙⵓⵜⵔ ⵡⴰⵢⴰⴹ ⵖⵔ ⴱⴰⴱ ⵏⵏⵙ:
refusal-kinds = ⵓⵔ ⵜⵜⵓⵇⴱⵍⵏ ⵡⴰⵏⴰⵡⵏ ⵏ ⵜⴼⵔⴰ ⵏ ⵓⵙⵉⵖⵣⴼ, ⵉⵅⵚⵚⴰ ⴰⴷ ⵜⵏ ⵉⵚⵍⵃ ⴱⴰⴱ ⵏⵏⵙ:
refusal-installed = ⵉⵍⵍⴰ { $plugin } ⴷⴰ ⵢⴰⴷ. ⵉ ⵜⵓⵏⵖⵉⵍⵜ ⵢⴰⴹⵏ, ⵙⵎⴰⵢⵏⵓ ⵜ.
refusal-unloaded = ⵉⵍⵍⴰ { $plugin } ⴷⴰ, ⵎⴰⵛⴰ ⵓⵔ ⵉⵖⵉⵢ ⴰⴷ ⵉⵙⵡⵓⵔⵉ; ⵜⵏⵏⴰ ⵜⴰⵙⵏⴰ ⵏⵏⵙ ⵎⴰⵖ. ⵙⵎⴰⵢⵏⵓ ⵜ, ⵏⵖ ⴽⴽⵙ ⵜ ⵙ ⵓⵎⵣⵡⴰⵔⵓ.
refusal-ungranted = ⵓⵔ ⵉⵖⵉⵢ { $plugin } ⴰⴷ ⵉⵙⵡⵓⵔⵉ ⴱⵍⴰ ⴰⵢⴰ: { $capability }. ⴼⴽ ⴰⵙ ⵜ, ⵏⵖ ⴰⴷ ⵓⵔ ⵜ ⵜⵙⵔⵙⵜ.
refusal-requires = ⵓⵔ ⵉⵖⵉⵢ { $plugin } ⴰⴷ ⵉⵙⵡⵓⵔⵉ ⴱⵍⴰ { $contract }, ⵓⵔ ⵉⵍⵍⵉ ⵓⵙⵉⵖⵣⴼ ⵜ ⵉⴰⴽⴽⴰⵏ ⴷⴰ. ⵙⵔⵙ ⵜ ⵙ ⵓⵎⵣⵡⴰⵔⵓ.
refusal-required = ⵙⵙⵓⵜⵔⵏ ⵉⵙⵉⵖⵣⴰⴼ ⵢⴰⴹⵏ { $plugin }: { $by }. ⵙⵎⴰⵢⵏⵓ ⵜⵏ ⵏⵖⴷ ⴽⴽⵙ ⵜⵏ ⵙ ⵓⵎⵣⵡⴰⵔⵓ.
refusal-init = ⵓⵔ ⵉⵖⵉⵢ ⵓⵙⵉⵖⵣⴼ ⴰⴷ ⵉⵃⵢⵢⵍ ⵉⵅⴼ ⵏⵏⵙ, ⵉⵅⵚⵚⴰ ⴰⴷ ⵜ ⵉⵚⵍⵃ ⴱⴰⴱ ⵏⵏⵙ:
refusal-by-plugin = ⵢⵓⴳⵉ ⵓⵙⵉⵖⵣⴼ ⴰⴷ ⵉⵜⵜⵓⵙⵔⵙ: { $message }
refusal-not-installed = ⵓⵔ ⵉⵍⵍⵉ { $plugin } ⴷⴰ. ⵙⵔⵙ ⵜ ⵙ ⵓⵎⵣⵡⴰⵔⵓ.
refusal-other = ⴰⴼⴰⵢⵍⵓ ⴰⴷ ⵏ { $plugin } ⴰⵢⴷ ⵉⴳⴰ, ⵓⵔ ⴷ ⵏ { $wanted }.
refusal-not-newer = { $plugin } { $version } ⵓⵔ ⵜⴳⵉ ⵜⴰⵎⴰⵢⵏⵓⵜ ⵅⴼ { $installed } ⵉⵍⵍⴰⵏ.
refusal-held = { $plugin } { $version } ⴰⵔ ⵜⵙⵓⵜⵓⵔ ⵓⴳⴳⴰⵔ: { $more }. ⴼⴽ ⴰⵙ ⵜ ⵖⵉⵍⴰⴷ, ⵏⵖ ⴰⵊⵊ ⵜⵓⵏⵖⵉⵍⵜ ⵉⵍⵍⴰⵏ.
refusal-calls-run = ⵙⵓⵍ ⴰⵔ ⵙⵡⵓⵔⵉⵏⵜ ⵜⴰⵙⵏⵉⵡⵉⵏ ⵏ ⵓⵙⵉⵖⵣⴼ ⴷⴼⴼⵉⵔ { $seconds } ⵏ ⵜⵙⵉⵏⵉⵏ. ⴰⵍⵙ ⵉⵎⵉⴽ.
refusal-remove-calls-run = ⵙⵓⵍ ⴰⵔ ⵙⵡⵓⵔⵉⵏⵜ ⵜⴰⵙⵏⵉⵡⵉⵏ ⵏ ⵓⵙⵉⵖⵣⴼ ⴷⴼⴼⵉⵔ { $seconds } ⵏ ⵜⵙⵉⵏⵉⵏ. ⵉⴱⴷⴷ ⵖⵉⵍⴰⴷ; ⴰⵍⵙ ⵉⵎⵉⴽ.
refusal-migration = ⵓⵔ ⵖⵉⵏⵜ ⵜⴼⵔⴰ ⵏⵏⵙ ⴰⴷ ⵏⴼⵍⵏⵜ, ⴳ ⵜⵙⵓⵔⵉⴼⵜ { $step }. ⴽⵓⵍⵍⵓ ⵎⴰⵎⴽ ⵉⴳⴰ ⴷⴰⵜ:
refusal-migration-by-plugin = ⵢⵓⴳⵉ ⵓⵙⵉⵖⵣⴼ ⴰⴷ ⵉⵙⵏⴼⵍ ⵜⵉⴼⵔⴰ ⵏⵏⵙ, ⴳ ⵜⵙⵓⵔⵉⴼⵜ { $step }: { $message }
refusal-migration-endless = ⵓⵔ ⴷⴰ ⵉⵜⵜⴼⵓⴽⴽⴰ ⵓⵙⵏⴼⵍ ⵏ ⵜⴼⵔⴰ ⵏⵏⵙ: { $steps } ⵏ ⵜⵙⵓⵔⵉⴼⵉⵏ. ⴽⵓⵍⵍⵓ ⵎⴰⵎⴽ ⵉⴳⴰ ⴷⴰⵜ.
refusal-misfits = ⵍⵍⴰⵏⵜ ⵜⴼⵔⴰ ⵓⵔ ⵉⵎⵓⵏⵏ ⴷ ⵜⵓⵏⵖⵉⵍⵜ ⵜⴰⵎⴰⵢⵏⵓⵜ. ⴽⵓⵍⵍⵓ ⵎⴰⵎⴽ ⵉⴳⴰ ⴷⴰⵜ:
refusal-rollback-misfits = ⵍⵍⴰⵏⵜ ⵜⴼⵔⴰ ⵉⵜⵜⵢⴰⵔⴰⵏ ⴷⴼⴼⵉⵔ ⵓⵢⴰ ⵓⵔ ⵎⵓⵏⵏⵜ ⴷ ⵜⵓⵏⵖⵉⵍⵜ ⵏ ⴷⴰⵜ. ⵙⵏⴼⵍ ⵜⵏⵜ ⵏⵖ ⴽⴽⵙ ⵜⵏⵜ ⵙ ⵓⵎⵣⵡⴰⵔⵓ:
refusal-probe = ⴰⵔ ⵜⵅⵙⵙⵔ ⵜⵓⵏⵖⵉⵍⵜ ⵜⴰⵎⴰⵢⵏⵓⵜ ⵍⵍⵉⵖ ⵜⵜⵓⵙⵇⵙⴰ ⵉⵙ ⵜⵖⵉⵢ ⴰⴷ ⵜⵙⵡⵓⵔⵉ. ⴽⵓⵍⵍⵓ ⵎⴰⵎⴽ ⵉⴳⴰ ⴷⴰⵜ:
refusal-unhealthy = ⵜⴻⵏⵏⴰ ⵜⵓⵏⵖⵉⵍⵜ ⵜⴰⵎⴰⵢⵏⵓⵜ ⵓⵔ ⵜⵖⵉⵢ ⴰⴷ ⵜⵙⵡⵓⵔⵉ: { $message }
refusal-nothing-before = ⵓⵔ ⵜⵃⴹⵉ ⵜⵓⵏⵖⵉⵍⵜ ⵏ ⴷⴰⵜ ⵏ { $plugin }. ⵖⴰⵙ ⴰⵙⵎⴰⵢⵏⵓ ⴰⵏⴳⴳⴰⵔⵓ ⴰⵢⴷ ⵉⵜⵜⴰⵖⵓⵍⵏ, ⵢⴰⵜ ⵜⵡⴰⵍⴰ.
refusal-unasked = ⵓⵔ ⴷⴰ ⵉⵙⵓⵜⵓⵔ { $plugin } ⴰⵢⴰ: { $capability }.
refusal-limit = ⵙⴳ 1 ⴰⵔ { $most }.
refusal-job-not-dead = ⵖⴰⵙ ⵜⴰⵡⵓⵔⵉ ⵉⵜⵜⵓⵙⵔⵃⵏ ⴰⵢⴷ ⵉⵖⵉⵏ ⴰⴷ ⵜⴰⵍⵙ ⴰⵇⵇⴰⵍ.
refusal-job-running = ⴰⵔ ⵜⴻⵜⵜⵢⴰⵙⴽⴰⵔ ⵜⵡⵓⵔⵉ ⴰⴷ ⵖⵉⵍⴰⴷ.

## Dates

date-long = { $day } { $month } { $year }
date-clock = { $date }, { $clock }
month-1 = ⵉⵏⵏⴰⵢⵔ
month-2 = ⴱⵕⴰⵢⵕ
month-3 = ⵎⴰⵕⵚ
month-4 = ⵉⴱⵔⵉⵔ
month-5 = ⵎⴰⵢⵢⵓ
month-6 = ⵢⵓⵏⵢⵓ
month-7 = ⵢⵓⵍⵢⵓⵣ
month-8 = ⵖⵓⵛⵜ
month-9 = ⵛⵓⵜⴰⵏⴱⵉⵔ
month-10 = ⴽⵟⵓⴱⵕ
month-11 = ⵏⵓⵡⴰⵏⴱⵉⵔ
month-12 = ⴷⵓⵊⴰⵏⴱⵉⵔ

## Certified extracts on paper

print-extract = ⴰⵙⵓⴼⵖ ⵉⵜⵜⵡⴰⵙⵏⵖⵎⵙⵏ ⵙⴳ ⵓⵣⵎⵎⴻⵎ ⵏ ⵜⵎⵢⴰⵡⴰⵙⵉⵏ
print-certificate = ⵜⴰⵙⵍⴽⵉⵏⵜ ⵏ ⵓⵣⵎⵎⴻⵎ
print-lead-extract = ⴰⵢⴰ ⴰⵢⴷ ⵉⵏⵏⴰ ⵓⵣⵎⵎⴻⵎ ⵅⴼ ⵜⵎⵢⴰⵡⴰⵙⵜ ⴰⴷ ⴳ { $date }.
print-lead-certificate = ⵏⵙⵏⵖⵎⵙ ⵉⵙ ⵜⵣⵎⵎⵎ ⵜⵎⵢⴰⵡⴰⵙⵜ ⴰⴷ ⴳ ⵓⵣⵎⵎⴻⵎ ⴰⴷⵖⵔⴰⵏ ⵙ ⵡⵓⵟⵟⵓⵏ ⴰⴷ, ⴷ ⴰⴷⴷⴰⴷ ⵏⵏⵙ : { $state }.
print-activity = ⵜⵓⵔⵎⵔⵜ
print-officers = ⵉⵎⵙⴰⵡⴹⵏ
print-office = ⵜⴰⵡⵓⵔⵉ
print-from = ⵙⴳ
print-until = ⴰⵔ
print-acts = ⵉⵣⵎⵎⵉⵎⵏ
print-act = ⵜⵉⴳⴰⵡⵜ
print-effective = ⴷⴰ ⵜⴱⴷⴷⵓ ⴳ
print-entered = ⵜⵣⵎⵎⵎ ⴳ
print-subject = ⴰⵙⵏⵜⵍ
print-issued-on = ⵉⵜⵜⵡⴰⴼⴽ ⴳ
print-issued-by = ⵉⴼⴽⴰ ⵜ
print-reference = ⴰⵙⴰⵖⵓⵍ
print-verify = ⵎⴰⵔ ⴰⴷ ⵜⵙⵙⵉⴷⵜ ⵜⴰⴼⵔⴽⵜ ⴰⴷ, ⵖⵔ ⴰⵏⴳⴰⵍ ⵙ ⵓⵜⵉⵍⵉⴼⵓⵏ ⵏⵖ ⵔⵥⵎ ⴰⵏⵙⴰ ⴷⴷⴰⵡ. ⵜⵉⵔⵉⵔⵉⵜ ⴷⴰ ⵜⵉⵏⵉ ⴰⵡⴷ ⵎⴰⵢⴷ ⵉⵏⴼⵍⵏ ⵙⴳ ⴷⵉⵏⵏ.
print-code = ⴰⵏⴳⴰⵍ ⵏⵏⴰ ⵉⵜⵜⴰⵡⵉⵏ ⵙ ⵜⴰⵙⵏⴰ ⵏ ⵓⵙⵙⵉⴷ
