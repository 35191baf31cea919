"""What an employee was thanked for, as the employee's page shows it."""

import uuid

from app.responses.reading.thanks import list_thanks
from app.surveys.service import get_definition
from app.web import access, edge
from app.web.manage import words


def find_praise(employee_id: uuid.UUID) -> dict[str, object]:
    """Return the latest thanks with what the page shows them by; they are told by the company's clock."""
    thanks = list_thanks(edge.db(), employee_id, scope=access.scope())
    return {
        "thanks": thanks,
        "thanked_for": {
            version: get_definition(edge.db(), version) for version in {one.survey_version_id for one in thanks}
        },
        "zone": edge.desk().zone,
        "show_time": words.show_time,
    }
