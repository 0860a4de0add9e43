CREATE TABLE students (
  id INTEGER PRIMARY KEY, name TEXT, sex TEXT, age INTEGER, height DOUBLE, country TEXT, scholarship TEXT
);
CREATE TABLE teachers (id INTEGER PRIMARY KEY, name TEXT, salary DOUBLE, hired DATE, full_time TEXT);
CREATE TABLE courses (
  id INTEGER PRIMARY KEY, title TEXT, subject TEXT, fee DOUBLE, duration_weeks INTEGER, teacher_id INTEGER REFERENCES teachers (id)
);
CREATE TABLE enrolments (
  student_id INTEGER REFERENCES students (id), course_id INTEGER REFERENCES courses (id), grade INTEGER,
  PRIMARY KEY (student_id, course_id)
);
