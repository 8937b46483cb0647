"""Django's PostgreSQL backend with the wall of the tenancy kit in its compilers.

Three differences: no grouping by a primary key alone (distributed tables have none), multi-row inserts as
``VALUES`` (Citus turns ``UNNEST`` into COPY, which row-level security refuses), and the scope check.
"""

from django.db.backends.postgresql import base, features, operations


class DatabaseFeatures(features.DatabaseFeatures):
    def allows_group_by_selected_pks_on_model(self, model):
        return False


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "releasemgr.tenancy.backend.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
