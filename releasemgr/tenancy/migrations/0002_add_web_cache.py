from django.db import migrations


class Migration(migrations.Migration):
    """The table of Django's database cache (throttles), and the operator classes of the exclusion constraints."""

    dependencies = [("tenancy", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=(
                "CREATE EXTENSION IF NOT EXISTS btree_gist",
                "CREATE TABLE web_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, "
                "expires timestamptz NOT NULL)",
                "CREATE INDEX web_cache_expires ON web_cache (expires)",
            ),
            reverse_sql="DROP TABLE web_cache",
        ),
    ]
