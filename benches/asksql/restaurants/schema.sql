CREATE TABLE places (id INTEGER PRIMARY KEY, town TEXT, county TEXT, region TEXT);
CREATE TABLE cuisines (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE restaurants (
  id INTEGER PRIMARY KEY, name TEXT, street TEXT, house_number INTEGER, place_id INTEGER REFERENCES places (id),
  cuisine_id INTEGER REFERENCES cuisines (id), rating DOUBLE, average_price DOUBLE, seats INTEGER, opened DATE, terrace TEXT
);
CREATE TABLE reviews (
  id INTEGER PRIMARY KEY, restaurant_id INTEGER REFERENCES restaurants (id), guest TEXT, stars INTEGER, written DATE
);
