-- Persons are found by their province and day of birth, no longer by the day alone; the index of persons is made anew from what is stored.
-- Character 1 stands between the two, the last character of all for one that is missing. The pair of this file is ../postgres/0015_person_birth.sql.

UPDATE record SET i1 = coalesce(province, char(1114111)) || char(1) || coalesce(json_extract(body, '$.birth_date'), char(1114111))
WHERE kind = (SELECT no FROM kind WHERE name = 'registry/person') AND deleted = 0;
