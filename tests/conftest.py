"""What every test may use. Fixtures that start processes live in tests/fixtures/, one file per kind."""

pytest_plugins = [
    "tests.fixtures.network",
    "tests.fixtures.cluster",
    "tests.fixtures.fleet",
    "tests.fixtures.portal",
    "tests.fixtures.chromium",
]
