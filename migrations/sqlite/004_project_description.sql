-- What a project is about, in its owner's words.

ALTER TABLE project ADD COLUMN description TEXT;
