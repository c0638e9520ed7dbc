-- The reader of the path counts the milestones of this home apart from all that are here. The counts begin again from the start of the log. The
-- pair of this file is ../postgres/0020_journey_home.sql.
DELETE FROM tally WHERE dimension LIKE 'journey.%';
DELETE FROM tally_memo WHERE reader = 'registry.journey';
DELETE FROM cursor WHERE reader = 'registry.journey';
