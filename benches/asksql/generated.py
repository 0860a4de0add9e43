"""Questions made from templates over schemas made on the spot, with the SQL that answers them.

The old templates stand over one-table-and-its-child schemas. Three of them were wrong at first and led to rules of
reading, so they are named SEEN and measured apart. The fresh ones, with schemas of their own, were written
before the engine had answered any of them; once a rule is made for one, its number belongs into SEEN too.
"""

import collections
import csv
import math
import os

# {e} is an entity, {c} its child, words ending in s are plurals, in c are columns.
TEMPLATES = [
    ("How many {es} are there?", "SELECT COUNT(*) FROM {t}"),
    ("How many {es} have the {text} {value}?", "SELECT COUNT(*) FROM {t} WHERE {textc} = '{value}'"),
    ("Show the {name} of every {e}.", "SELECT {namec} FROM {t}"),
    ("What is the average {number} of the {es}?", "SELECT AVG({numberc}) FROM {t}"),
    ("What are the lowest and the highest {number} of all {es}?", "SELECT MIN({numberc}), MAX({numberc}) FROM {t}"),
    ("Which {e} has the highest {number}?", "SELECT {namec} FROM {t} ORDER BY {numberc} DESC LIMIT 1"),
    ("List the {names} of the {es} with a {number} above {limit}.", "SELECT {namec} FROM {t} WHERE {numberc} > {limit}"),
    ("Give the {names} of the 3 {es} with the lowest {number}.", "SELECT {namec} FROM {t} ORDER BY {numberc} LIMIT 3"),
    ("For each {text}, how many {es} are there?", "SELECT {textc}, COUNT(*) FROM {t} GROUP BY {textc}"),
    ("What is the total {number} per {text} of the {es}?", "SELECT {textc}, SUM({numberc}) FROM {t} GROUP BY {textc}"),
    ("Sort the {names} of the {es} by {number}, largest first.", "SELECT {namec} FROM {t} ORDER BY {numberc} DESC"),
    ("Which {es} have a {number} above the average?", "SELECT {namec} FROM {t} WHERE {numberc} > (SELECT AVG({numberc}) FROM {t})"),
    ("Which {es} have no {cs}?", "SELECT {namec} FROM {t} WHERE {key} NOT IN (SELECT {reference} FROM {child} WHERE {reference} IS NOT NULL)"),
    ("How many {cs} does each {e} have?", "SELECT {t}.{namec}, COUNT(*) FROM {t} JOIN {child} ON {child}.{reference} = {t}.{key} GROUP BY {t}.{key}, {t}.{namec}"),
    ("Which {e} has the most {cs}?", "SELECT {t}.{namec} FROM {t} JOIN {child} ON {child}.{reference} = {t}.{key} GROUP BY {t}.{key}, {t}.{namec} ORDER BY COUNT(*) DESC LIMIT 1"),
    ("Which {es} have at least 3 {cs}?", "SELECT {t}.{namec} FROM {t} JOIN {child} ON {child}.{reference} = {t}.{key} GROUP BY {t}.{key}, {t}.{namec} HAVING COUNT(*) >= 3"),
    ("How many different {text} values do the {es} have?", "SELECT COUNT(DISTINCT {textc}) FROM {t}"),
    ("List all {es} whose {text} is not {value}.", "SELECT {namec} FROM {t} WHERE {textc} <> '{value}'"),
]

# What led to rules: "blood type A" is no article, "the lowest and the highest", "largest first".
SEEN = {1, 4, 10}

# Entity, plural, name, text column with values, number, child, its plural; columns are written with underscores.
ENTITIES = [
    ("shop", "customer", "customers", "name", "segment", ["retail", "business", "public"], "credit limit", "order", "orders"),
    ("shop", "product", "products", "title", "category", ["lamps", "desks", "chairs"], "price", "return", "returns"),
    ("clinic", "patient", "patients", "name", "blood type", ["A", "B", "AB", "0"], "weight", "appointment", "appointments"),
    ("clinic", "doctor", "doctors", "name", "specialty", ["surgery", "radiology", "oncology"], "salary", "shift", "shifts"),
    ("saas", "account", "accounts", "name", "plan", ["free", "team", "enterprise"], "monthly revenue", "ticket", "tickets"),
    ("saas", "project", "projects", "title", "status", ["active", "archived", "paused"], "budget", "task", "tasks"),
    ("fleet", "driver", "drivers", "name", "licence class", ["B", "C", "D"], "bonus", "trip", "trips"),
    ("fleet", "depot", "depots", "name", "region", ["north", "south", "coast"], "capacity", "vehicle", "vehicles"),
]

# {m} makes {c}: a maker with its works; {x} is what works are linked with. Columns are named by the schema below.
MADE = "{c} JOIN {m} ON {c}.{m_ref} = {m}.{m_key}"
LINKED = "{c} JOIN {link} ON {link}.{l_c} = {c}.{c_key} JOIN {x} ON {link}.{l_x} = {x}.{x_key}"
FRESH = [
    ("Which {works} were {made} by {maker_value}?", "SELECT {c}.{c_name} FROM " + MADE + " WHERE {m}.{m_name} = '{maker_value}'"),
    ("List the {makers} that have a {work} whose {text} is {value}.", "SELECT DISTINCT {m}.{m_name} FROM " + MADE + " WHERE {c}.{c_text} = '{value}'"),
    ("Could you please tell me how many {works} with the {text} {value} you have?", "SELECT COUNT(*) FROM {c} WHERE {c_text} = '{value}'"),
    ("I would like to see the number of {works} per {maker}.", "SELECT {m}.{m_name}, COUNT(*) FROM " + MADE + " GROUP BY {m}.{m_key}, {m}.{m_name}"),
    ("Give me the {names} of the {works} with a {number} between {low} and {high}.", "SELECT {c_name} FROM {c} WHERE {c_number} BETWEEN {low} AND {high}"),
    ("Which {works} have a {number} of no more than {low}?", "SELECT {c_name} FROM {c} WHERE {c_number} <= {low}"),
    ("How many {works} have a {number} of at least {high}?", "SELECT COUNT(*) FROM {c} WHERE {c_number} >= {high}"),
    ("Which {works} were {dated} in 2024?", "SELECT {c_name} FROM {c} WHERE {c_date} >= '2024-01-01' AND {c_date} < '2025-01-01'"),
    ("How many {works} were {dated} after March 2024?", "SELECT COUNT(*) FROM {c} WHERE {c_date} >= '2024-04-01'"),
    ("Find the {maker} with the largest number of {works}.", "SELECT {m}.{m_name} FROM " + MADE + " GROUP BY {m}.{m_key}, {m}.{m_name} ORDER BY COUNT(*) DESC LIMIT 1"),
    ("Show the {names} of all {works} with a {text} other than {value}.", "SELECT {c_name} FROM {c} WHERE {c_text} <> '{value}'"),
    ("What are the top 5 {works} by {number}?", "SELECT {c_name} FROM {c} ORDER BY {c_number} DESC LIMIT 5"),
    ("What do the {works} {made} by {maker_value} add up to in {number}?", "SELECT SUM({c}.{c_number}) FROM " + MADE + " WHERE {m}.{m_name} = '{maker_value}'"),
    ("What is the average {number} of the {works} whose {maker} has the {maker_text} {maker_text_value}?", "SELECT AVG({c}.{c_number}) FROM " + MADE + " WHERE {m}.{m_text} = '{maker_text_value}'"),
    ("Which {works} have the {text} {value} and a {number} over {low}?", "SELECT {c_name} FROM {c} WHERE {c_text} = '{value}' AND {c_number} > {low}"),
    ("Which {text} is the most common among the {works}?", "SELECT {c_text} FROM {c} GROUP BY {c_text} ORDER BY COUNT(*) DESC LIMIT 1"),
    ("Please list every {maker} that has more than 3 {works}.", "SELECT {m}.{m_name} FROM " + MADE + " GROUP BY {m}.{m_key}, {m}.{m_name} HAVING COUNT(*) > 3"),
    ("Which {works} were {linked} {x_value}?", "SELECT DISTINCT {c}.{c_name} FROM " + LINKED + " WHERE {x}.{x_name} = '{x_value}'"),
    ("Name the {works} that were never {linked} any {other}.", "SELECT {c_name} FROM {c} WHERE {c_key} NOT IN (SELECT {l_c} FROM {link})"),
    ("How many {works} were {linked} each {other}?", "SELECT {x}.{x_name}, COUNT(*) FROM " + LINKED + " GROUP BY {x}.{x_key}, {x}.{x_name}"),
]

PEOPLE = ["Marta Lindqvist", "Owen Hale", "Yusuf Demir", "Clara Voss", "Pia Moreau", "Tomas Brandt", "Ines Duarte", "Noor Haddad"]
FIRMS = ["Northlight", "Aldermoor", "Brightwell", "Castellan", "Dunmere", "Evercrest", "Farrowby", "Greystone"]

# The grid has tables in the singular with prefixed columns, and no link table: its linked templates are left out.
DOMAINS = {
    "museum": dict(
        ddl="""CREATE TABLE painters (id INTEGER PRIMARY KEY, name TEXT, nationality TEXT, born_in INTEGER);
CREATE TABLE paintings (id INTEGER PRIMARY KEY, title TEXT, style TEXT, market_value DOUBLE, acquired_on DATE, painter_id INTEGER REFERENCES painters (id));
CREATE TABLE exhibitions (id INTEGER PRIMARY KEY, title TEXT, city TEXT);
CREATE TABLE exhibits (painting_id INTEGER REFERENCES paintings (id), exhibition_id INTEGER REFERENCES exhibitions (id), PRIMARY KEY (painting_id, exhibition_id));
""",
        makers=PEOPLE, maker_texts=["Swedish", "Dutch", "Portuguese"], texts=["baroque", "cubist", "realist"],
        others=["Open Windows", "Silent Harbours", "After the Rain", "City Nights", "Winter Salon"], other_texts=["Ghent", "Turin", "Porto"],
        m="painters", m_key="id", m_name="name", m_text="nationality", c="paintings", c_key="id", c_name="title", c_text="style",
        c_number="market_value", c_date="acquired_on", m_ref="painter_id", x="exhibitions", x_key="id", x_name="title",
        link="exhibits", l_c="painting_id", l_x="exhibition_id",
        maker="painter", work="painting", works="paintings", names="titles", text="style", number="market value",
        made="painted", dated="acquired", maker_text="nationality", linked="shown at", other="exhibition"),
    "press": dict(
        ddl="""CREATE TABLE publishers (id INTEGER PRIMARY KEY, name TEXT, country TEXT, staff INTEGER);
CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, genre TEXT, page_count INTEGER, released_on DATE, publisher_id INTEGER REFERENCES publishers (id));
CREATE TABLE readers (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE loans (book_id INTEGER REFERENCES books (id), reader_id INTEGER REFERENCES readers (id), PRIMARY KEY (book_id, reader_id));
""",
        makers=FIRMS, maker_texts=["Ireland", "Norway", "Chile"], texts=["crime", "poetry", "biography"],
        others=PEOPLE[:5], other_texts=["Leeds", "Bergen", "Lima"],
        m="publishers", m_key="id", m_name="name", m_text="country", c="books", c_key="id", c_name="title", c_text="genre",
        c_number="page_count", c_date="released_on", m_ref="publisher_id", x="readers", x_key="id", x_name="name",
        link="loans", l_c="book_id", l_x="reader_id",
        maker="publisher", work="book", works="books", names="titles", text="genre", number="page count",
        made="published", dated="released", maker_text="country", linked="borrowed by", other="reader"),
    "grid": dict(
        ddl="""CREATE TABLE operator (operator_id INTEGER PRIMARY KEY, operator_name TEXT, ownership TEXT, employees INTEGER);
CREATE TABLE power_plant (plant_id INTEGER PRIMARY KEY, plant_name TEXT, fuel TEXT, capacity DOUBLE, commissioned_on DATE, operator_id INTEGER REFERENCES operator (operator_id));
CREATE TABLE outage (outage_id INTEGER PRIMARY KEY, plant_id INTEGER REFERENCES power_plant (plant_id), hours INTEGER);
""",
        makers=FIRMS, maker_texts=["municipal", "private", "cooperative"], texts=["wind", "gas", "solar"], others=[], other_texts=[],
        m="operator", m_key="operator_id", m_name="operator_name", m_text="ownership", c="power_plant", c_key="plant_id", c_name="plant_name",
        c_text="fuel", c_number="capacity", c_date="commissioned_on", m_ref="operator_id",
        maker="operator", work="power plant", works="power plants", names="names", text="fuel", number="capacity",
        made="run", dated="commissioned", maker_text="ownership"),
}
FIRST = ["Amber", "Broken", "Distant", "Hollow", "Marble"]
SECOND = ["Bridge", "Garden", "Lantern", "Meadow", "River"]


def case(name, database, words, template, tier, tags):
    question, sql = (text.format(**words) for text in template)
    order = "ORDER BY" in sql and not sql.endswith("LIMIT 1")
    return {"id": name, "db_id": database, "question": question, "gold_sql": sql, "order_matters": order, "tier": tier, "tags": tags}


def old(databases):
    """The questions of the old templates; their schemas and rows go into `databases`."""
    cases = []
    for at, (database, entity, entities, name, text, values, number, child, children) in enumerate(ENTITIES):
        textc, numberc = text.replace(" ", "_"), number.replace(" ", "_")
        databases[database][0] += (
            f"CREATE TABLE {entities} (id INTEGER PRIMARY KEY, {name} TEXT, {textc} TEXT, {numberc} DOUBLE);\n"
            f"CREATE TABLE {children} (id INTEGER PRIMARY KEY, {entity}_id INTEGER REFERENCES {entities} (id), created_on DATE);\n")
        # Every value occurs: a question with a condition must not have the answer of one without.
        rows = [[n + 1, f"{entity.title()} {chr(65 + n)}{at}", values[(n + n // 4 + at) % len(values)], 100 + (n * 37 + at * 11) % 211] for n in range(23)]
        links = [[n + 1, 1 + (n * n + n // 3) % 17, f"2024-{n % 12 + 1:02d}-{n % 27 + 1:02d}"] for n in range(47)]
        databases[database][1][entities] = (["id", name, textc, numberc], rows)
        databases[database][1][children] = (["id", f"{entity}_id", "created_on"], links)
        words = dict(
            e=entity, es=entities, t=entities, name=name, names=name + "s", namec=name, text=text, textc=textc,
            value=values[0], number=number, numberc=numberc, limit=180, c=child, cs=children, child=children,
            key="id", reference=f"{entity}_id")
        for place, template in enumerate(TEMPLATES):
            tier = "seen" if place in SEEN else "generated"
            cases.append(case(f"generated-{at}-{place}", database, words, template, tier, [f"template {place:02d}"]))
    return cases


def made_rows(domain):
    """Rows of makers, works, others and links. No maker is without work and no two numbers are alike; roots make
    some groups larger than all others, so that no superlative has a tie."""
    pick = lambda values, at: values[at % len(values)]
    makers = [[n + 1, name, pick(domain["maker_texts"], n * n), 40 + n * 13] for n, name in enumerate(domain["makers"])]
    works = []
    for n in range(25):
        maker = n + 1 if n < 8 else 1 + math.isqrt((n - 8) * 11 % 17)
        text = domain["texts"][math.isqrt(n * 7 % 25) // 2]
        day = f"{2022 + n % 3}-{n * 7 % 12 + 1:02d}-{n % 27 + 1:02d}"
        works.append([n + 1, f"{FIRST[n % 5]} {SECOND[n // 5]}", text, 100 + n * 37 % 211, day, maker])
    others = [[n + 1, name, pick(domain["other_texts"], n)] for n, name in enumerate(domain["others"])]
    pairs = [[1 + n * 7 % 19, 1 + n % 5] for n in range(31)]
    return makers, works, others, pairs


def fresh(databases):
    """The questions of the fresh templates; their schemas and rows go into `databases`."""
    cases = []
    for database, domain in DOMAINS.items():
        makers, works, others, pairs = made_rows(domain)
        filled = [makers, works, others, pairs] if others else [makers, works, [[n + 1, 1 + n * 7 % 19, 2 + n % 9] for n in range(20)]]
        databases[database][0] = domain["ddl"]
        for statement, rows in zip(domain["ddl"].splitlines(), filled):
            table, columns = statement[len("CREATE TABLE "):].split(" (", 1)
            header = [column.split()[0] for column in columns.split(", ")][:len(rows[0])]
            databases[database][1][table] = (header, [list(row) for row in rows])
        # Limits that are themselves amounts tell "at least" from "more than".
        amounts = sorted(row[3] for row in works)
        words = dict(
            domain, makers=domain["maker"] + "s", maker_value=domain["makers"][2], value=domain["texts"][1],
            maker_text_value=domain["maker_texts"][0], x_value=(domain["others"] or [None])[0], low=amounts[7], high=amounts[17])
        for place, template in enumerate(FRESH):
            if others or "{linked}" not in template[0]:
                cases.append(case(f"fresh-{database}-{place}", database, words, template, "generated", ["fresh", f"fresh {place:02d}"]))
    return cases


def write(folder):
    """Writes all schemas with rows into `folder` and gives the questions."""
    databases = collections.defaultdict(lambda: ["", {}])
    cases = old(databases) + fresh(databases)
    for database, (ddl, tables) in databases.items():
        os.makedirs(os.path.join(folder, database))
        with open(os.path.join(folder, database, "schema.sql"), "w") as file:
            file.write(ddl)
        for table, (header, rows) in tables.items():
            with open(os.path.join(folder, database, table + ".csv"), "w", newline="") as file:
                csv.writer(file).writerows([header] + rows)
    return cases
