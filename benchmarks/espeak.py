"""Makes pyttsx3 find the eSpeak NG that came from pip, as mettavox does."""

import os


def preload() -> None:
    """Load the library where pip brought one; a system's own is found without this."""
    import ctypes

    try:
        import espeakng_loader
    except ImportError:
        return
    os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
    ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
