"""The files that the cases work on, and how DuckDB reads them: with declared types, so that nothing of
its own inference is in the comparison."""

PEOPLE = '''id,name,city,age,score,joined,seen,active,note
1,Ada Lovelace,London,36,9.50,2021-03-14,2024-01-31 12:30:00,true,"likes, commas"
2,  Grace  Hopper ,New York,85,8.25,2019-12-31,2024-02-29 23:59:59,false,"says ""hi"""
3,Zoë Ångström,Malmö,29,,2022-01-01,,true,
4,Alan Turing,London,41,9.75,2018-06-23,2023-12-31 00:00:00,,"two
lines"
5,ada lovelace,london,,7.00,2021-03-14,2024-01-31 12:30:00,true,""
6,,Paris,52,-3.50,,2022-07-04 06:07:08,false,plain
7,Katherine Johnson,New York,101,10.00,2020-02-29,2024-06-15 18:45:30,true,e-mail kj@example.org
8,Łukasz 中文,Kraków,0,0.00,1999-12-31,2000-01-01 00:00:01,false,"  padded  "
9,Alan Turing,London,41,9.75,2018-06-23,2023-12-31 00:00:00,,"two
lines"
10,Mary Jackson,,33,5.55,2023-10-05,2024-03-10 02:30:00,true,NULL
'''

SALES = '''order_id,region,product,month,quantity,price,tags
1,north,apple,2024-01,3,1.25,a|b
2,south,pear,2024-01,1,2.50,b
3,north,apple,2024-02,7,1.30,
4,east,plum,2024-02,2,0.99,a|c|d
5,south,apple,2024-03,,1.20,d
6,north,pear,2024-03,4,2.75,a
7,west,plum,2024-03,9,,b|b
8,east,apple,2024-01,5,1.25,c
9,south,pear,2024-02,6,2.60,a|b|c
10,north,plum,2024-02,1,1.05,
11,,pear,2024-01,2,2.45,d
12,west,apple,2024-02,8,1.35,a
'''

REGIONS = '''region,manager,target
north,Nora,10
south,Sam,20
center,Cleo,30
'''

FILES = {"people": PEOPLE, "sales": SALES, "regions": REGIONS}

TYPES = {
    "people": {"id": "BIGINT", "name": "VARCHAR", "city": "VARCHAR", "age": "BIGINT", "score": "DECIMAL(4,2)",
               "joined": "DATE", "seen": "TIMESTAMP", "active": "BOOLEAN", "note": "VARCHAR"},
    "sales": {"order_id": "BIGINT", "region": "VARCHAR", "product": "VARCHAR", "month": "VARCHAR",
              "quantity": "BIGINT", "price": "DECIMAL(3,2)", "tags": "VARCHAR"},
    "regions": {"region": "VARCHAR", "manager": "VARCHAR", "target": "BIGINT"},
}
