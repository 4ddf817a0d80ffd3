"""How the pages are served; gunicorn reads this by itself. Environment: HOST, PORT, WEB_CONCURRENCY, WEB_THREADS."""

import os

wsgi_app = "crm.wsgi"
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 60
graceful_timeout = 20
keepalive = 15
loglevel = "warning"
control_socket_disable = True  # it would stand in $HOME
if os.path.isdir("/dev/shm"):
    worker_tmp_dir = "/dev/shm"  # the heartbeat file: a slow disk must not look like a hung worker
