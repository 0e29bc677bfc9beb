"""A mail server on this machine that keeps what it gets, so that links can be opened."""

import contextlib
import email
import email.policy
import socketserver
import threading


class MailCatcher:
    """Takes any mail, and tells what came for whom."""

    def __init__(self):
        self.mails = []
        self._lock = threading.Lock()

    def texts_to(self, address):
        """The texts of the mails to an address, newest first."""
        with self._lock:
            return [text for recipients, text in reversed(self.mails) if address in recipients]

    def keep(self, recipients, content):
        """Keep one mail."""
        message = email.message_from_bytes(content, policy=email.policy.default)
        body = message.get_body(("html", "plain"))
        text = body.get_content() if body else ""
        with self._lock:
            self.mails.append((recipients, f"{message['Subject']}\n{text}"))

    @contextlib.contextmanager
    def listening(self):
        """Serve while the block runs; yields the port."""
        catcher = self

        class Conversation(_Conversation):
            keep = staticmethod(catcher.keep)

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield server.server_address[1]
            finally:
                server.shutdown()


class _Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP as Python's client speaks."""

    def handle(self):
        self._say("220 ready")
        recipients = []
        while line := self.rfile.readline():
            command = line.strip().decode("utf-8", errors="replace")
            verb = command.partition(" ")[0].upper()
            if verb == "RCPT":
                recipients.append(command.partition("<")[2].partition(">")[0])
            if verb == "DATA":
                self._say("354 go on")
                self.keep(recipients, self._read_mail())
                recipients = []
            self._say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                break

    def _read_mail(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())
