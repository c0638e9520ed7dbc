-- Notices of the kernel itself: those that no plugin sends. Their messages are the kernel's, their links lead to its pages.
-- The pair of this file is ../sqlite/0010_own_notices.sql.

ALTER TABLE notice ALTER COLUMN plugin DROP NOT NULL;
