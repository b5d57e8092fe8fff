"""Run twice at once by the rate-limit test: guess a password, count the guesses that counted."""

import sys

import django
from django.test import Client

if __name__ == "__main__":
    django.setup()
    client, counted = Client(), 0
    for number in range(int(sys.argv[1])):
        guess = {"login": "ada@example.org", "password": f"wrong-guess-{number}"}
        page = client.post("/account/login/", guess, headers={"host": "localhost"})
        counted += "Check how you typed them" in page.text
    print(counted)
