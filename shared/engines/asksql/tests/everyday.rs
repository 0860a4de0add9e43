//! Everyday wordings on a school's and a shop's tables: values of one column side by side, times of day, letters,
//! further things to show, what was sold.

use chrono::NaiveDate;
use millrace_asksql::{Database, Status, ask};

const DDL: &str = "
    CREATE TABLE lessons (lesson_id INTEGER PRIMARY KEY, title TEXT, lesson_type TEXT, room TEXT, floor INTEGER, start_time TEXT, teacher_id INTEGER REFERENCES teachers (teacher_id), total_seats INTEGER, year INTEGER);
    CREATE TABLE teachers (teacher_id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, salary DOUBLE, subject TEXT, other_details TEXT, year INTEGER);
    CREATE TABLE signups (signup_id INTEGER PRIMARY KEY, pupil TEXT, age INTEGER, form TEXT, lesson_id INTEGER REFERENCES lessons (lesson_id), signed_at TIMESTAMP);
    CREATE TABLE articles (article_id INTEGER PRIMARY KEY, name TEXT, price DOUBLE, cost DOUBLE, stock_quantity INTEGER);
    CREATE TABLE sales (sale_id INTEGER PRIMARY KEY, article_id INTEGER REFERENCES articles (article_id), quantity INTEGER, unit_price DOUBLE, sold_at TIMESTAMP);
    CREATE TABLE fairs (fair_id INTEGER PRIMARY KEY, name TEXT, month TEXT);
";

fn database() -> Database {
    let mut builder = Database::builder(DDL).expect("the schema reads");
    let mut rows = |table: &str, csv: &str| {
        builder.csv(table, csv.as_bytes()).expect("the rows read");
    };
    rows(
        "lessons",
        "lesson_id,title,lesson_type,room,floor,start_time,teacher_id,total_seats,year\n1,Violin,music,A1,1,09:30:00,1,20,2022\n2,Chess,game,A2,1,11:00:00,2,30,2023\n3,Piano,music,B1,2,14:15:00,1,10,2023\n",
    );
    rows(
        "teachers",
        "teacher_id,first_name,last_name,salary,subject,other_details,year\n1,Ada,Stone,50000,Music,strict,1999\n2,Eve,Wood,40000,Games,kind,2004\n",
    );
    let pupils: String = (1..=30)
        .map(|at| {
            let form = ["Red", "Blue", "Green"][at % 3];
            format!(
                "{at},Pupil {at},{},{form},{},2023-05-0{} 10:00:00\n",
                8 + at % 7,
                at % 3 + 1,
                at % 9 + 1
            )
        })
        .collect();
    rows(
        "signups",
        &format!("signup_id,pupil,age,form,lesson_id,signed_at\n{pupils}"),
    );
    rows(
        "articles",
        "article_id,name,price,cost,stock_quantity\n1,Lamp,20,12,5\n2,Desk,90,60,7\n",
    );
    rows(
        "sales",
        "sale_id,article_id,quantity,unit_price,sold_at\n1,1,3,20,2023-01-02 10:00:00\n2,2,1,90,2023-02-02 10:00:00\n",
    );
    rows(
        "fairs",
        "fair_id,name,month\n1,Spring Fair,May\n2,Book Fair,July\n",
    );
    builder.compile()
}

#[track_caller]
fn answer(question: &str) -> (Status, String) {
    let today = NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
    let answer = ask(&database(), question, today, &|_: &str| true);
    (answer.status, answer.parsed_query.sql.unwrap_or_default())
}

#[track_caller]
fn reads(question: &str, expected: &str) {
    assert_eq!(
        answer(question),
        (Status::Ok, expected.to_owned()),
        "{question}"
    );
}

#[test]
fn no_row_has_two_values_of_one_column() {
    reads(
        "pupils in Red and Blue",
        "SELECT pupil FROM signups WHERE form = 'Red' OR form = 'Blue'",
    );
    reads(
        "number of signups in Red and Blue",
        "SELECT COUNT(*) FROM signups WHERE form = 'Red' OR form = 'Blue'",
    );
    reads(
        "total salary of teachers in Music and Games",
        "SELECT SUM(salary) FROM teachers WHERE subject = 'Music' OR subject = 'Games'",
    );
    reads(
        "lessons of Ada and Eve",
        "SELECT lessons.title FROM lessons JOIN teachers ON lessons.teacher_id = teachers.teacher_id WHERE teachers.first_name = 'Ada' OR teachers.first_name = 'Eve'",
    );
    reads(
        "number of signups in 2022 and 2023",
        "SELECT COUNT(*) FROM signups WHERE signed_at >= '2022-01-01' AND signed_at < '2023-01-01' OR signed_at >= '2023-01-01' AND signed_at < '2024-01-01'",
    );
    reads(
        "number of signups in January 2023 and March 2023",
        "SELECT COUNT(*) FROM signups WHERE signed_at >= '2023-01-01' AND signed_at < '2023-02-01' OR signed_at >= '2023-03-01' AND signed_at < '2023-04-01'",
    );
    // Different rows of one teacher may.
    let (_, both) = answer("teachers who give Violin and Piano");
    assert!(both.contains(" INTERSECT "), "{both}");
    let (_, both) = answer("titles of lessons with signups in May 2023 and June 2023");
    assert!(both.contains(" INTERSECT "), "{both}");
}

#[test]
fn moments_are_compared_as_times_of_day() {
    reads(
        "titles of lessons that start after 9:15",
        "SELECT title FROM lessons WHERE start_time > '09:15'",
    );
    reads(
        "lessons between 09:00 and 12:00",
        "SELECT title FROM lessons WHERE start_time >= '09:00' AND start_time <= '12:00'",
    );
    reads(
        "signups after 2023-05-03 10:00:00",
        "SELECT pupil FROM signups WHERE signed_at > '2023-05-03 10:00:00'",
    );
    reads(
        "fairs in May",
        "SELECT name FROM fairs WHERE \"month\" = 'May'",
    );
    // Which May, nobody said.
    assert_ne!(answer("sales in May").0, Status::Ok);
}

#[test]
fn numbers_with_to_between_them_are_a_range() {
    reads(
        "pupils of age 9 to 11",
        "SELECT pupil FROM signups WHERE age BETWEEN 9 AND 11",
    );
    reads(
        "teachers with several lessons",
        "SELECT DISTINCT teachers.first_name, teachers.last_name FROM teachers JOIN lessons ON lessons.teacher_id = teachers.teacher_id GROUP BY teachers.teacher_id, teachers.first_name, teachers.last_name HAVING COUNT(*) > 1",
    );
}

#[test]
fn letters_stand_in_the_text_that_is_named() {
    reads(
        "articles whose first letter is L",
        "SELECT name FROM articles WHERE LOWER(name) LIKE 'l%'",
    );
    let (_, sql) = answer("teachers with the letter a in their last name");
    assert!(sql.ends_with("LOWER(last_name) LIKE '%a%'"), "{sql}");
}

#[test]
fn what_is_shown_may_be_said_anywhere() {
    reads(
        "first name last name salary of teachers",
        "SELECT first_name, last_name, salary FROM teachers",
    );
    reads(
        "names of teachers and the lessons they give",
        "SELECT teachers.first_name, teachers.last_name, lessons.title FROM teachers JOIN lessons ON lessons.teacher_id = teachers.teacher_id",
    );
    reads(
        "titles of lessons that Ada gives and the corresponding room",
        "SELECT lessons.title, lessons.room FROM lessons JOIN teachers ON lessons.teacher_id = teachers.teacher_id WHERE teachers.first_name = 'Ada'",
    );
    reads(
        "how many lessons does each room have? List the room and the count.",
        "SELECT room, COUNT(*) FROM lessons GROUP BY room",
    );
    reads(
        "numbers of lessons for different rooms",
        "SELECT COUNT(*), room FROM lessons GROUP BY room",
    );
    reads(
        "average number of seats for each type of lesson",
        "SELECT AVG(total_seats), lesson_type FROM lessons GROUP BY lesson_type",
    );
}

#[test]
fn what_is_theirs_and_what_is_counted_is_shown() {
    reads(
        "titles of lessons with their room",
        "SELECT title, room FROM lessons",
    );
    reads(
        "lessons with their teacher",
        "SELECT lessons.title, teachers.first_name, teachers.last_name FROM lessons JOIN teachers ON lessons.teacher_id = teachers.teacher_id",
    );
    reads(
        "lesson count by room and floor",
        "SELECT COUNT(*), room, floor FROM lessons GROUP BY room, floor",
    );
}

#[test]
fn a_year_is_told_of_the_rows_that_refer() {
    reads(
        "lessons of Ada in 2023",
        "SELECT lessons.title FROM lessons JOIN teachers ON lessons.teacher_id = teachers.teacher_id WHERE teachers.first_name = 'Ada' AND lessons.\"year\" = 2023",
    );
}

#[test]
fn what_sells_is_told_by_its_quantity() {
    reads(
        "best selling article",
        "SELECT articles.name FROM articles JOIN sales ON sales.article_id = articles.article_id GROUP BY articles.article_id, articles.name ORDER BY SUM(sales.quantity) DESC, articles.article_id DESC LIMIT 1",
    );
    reads(
        "how many units of Lamp were sold",
        "SELECT SUM(sales.quantity) FROM sales JOIN articles ON sales.article_id = articles.article_id WHERE articles.name = 'Lamp'",
    );
}

#[test]
fn what_came_to_nothing_is_asked_back() {
    for question in [
        "teachers earning more than their pupils",
        "maximum number of lessons per teacher",
        "how many days ago was the last signup",
        "subjects where the average salary is below the overall average",
    ] {
        assert_eq!(answer(question).0, Status::NeedsClarification, "{question}");
    }
}
