-- Persons are found by their province and day of birth, no longer by the day alone; the index of persons is made anew from what is stored.
-- Character 1 stands between the two, the last character of all for one that is missing. The pair of this file is ../sqlite/0015_person_birth.sql.

UPDATE record SET i1 = coalesce(province, chr(1114111)) || chr(1) || coalesce(body::json ->> 'birth_date', chr(1114111))
WHERE kind = (SELECT no FROM kind WHERE name = 'registry/person') AND deleted = 0;
