"""Why a backup cannot be written, read or restored."""

from app.kit.errors import ConflictError, InvalidInputError


class DamagedBackupError(InvalidInputError):
    """The file is no backup, or it was cut short or altered."""

    code = "damaged_backup"


class WrongBackupKeyError(InvalidInputError):
    """The file was written with another key."""

    code = "wrong_backup_key"


class NewerBackupError(InvalidInputError):
    """The file was made by a newer version, whose schema this one does not know."""

    code = "newer_backup"


class BackupExistsError(ConflictError):
    """There is such a file already, or another backup is just being written to it."""

    code = "backup_exists"


class DatabaseNotEmptyError(ConflictError):
    """The database holds what a restore would take away."""

    code = "database_not_empty"


class ServiceRunsError(ConflictError):
    """The service is at work on the database that would be replaced below it."""

    code = "service_runs"
