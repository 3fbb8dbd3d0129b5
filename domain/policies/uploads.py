"""Who may do what with files on their way in."""

from domain.media.upload_records import FileUpload
from domain.viewer import Viewer
from errors import NotFound


def require_own_upload(viewer: Viewer, upload: FileUpload | None) -> FileUpload:
    """The upload, if it is the viewer's own; nobody else's business, an admin's neither.

    Raises:
        NotFound: there is no such upload for this viewer.
    """
    if upload is None or viewer.user_id is None or viewer.user_id != upload.owner_id:
        raise NotFound("There is no such upload; ask for a new one.", field="id")
    return upload
