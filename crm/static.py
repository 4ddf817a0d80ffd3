from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    def create_compressor(self, **kwargs):
        """gzip only: where brotli happens to be importable, collecting takes twenty times as long."""
        return super().create_compressor(use_brotli=False, **kwargs)
