# SPDX-License-Identifier: Apache-2.0
"""Certificates for tests, made with the openssl command: one authority, and servers that should or should not be believed."""

import os
import subprocess

CA_CONFIG = """
[ca]
default_ca = authority
[authority]
database = {directory}/index.txt
new_certs_dir = {directory}
serial = {directory}/serial
default_md = sha256
policy = anything
copy_extensions = copy
unique_subject = no
[anything]
commonName = supplied
[req]
distinguished_name = name
[name]
[authority_extensions]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""

LOOPBACK = "IP:127.0.0.1,DNS:localhost"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
EXPIRED = ("-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
NOT_YET = ("-startdate", "20490101000000Z", "-enddate", "20490201000000Z")
AUTHORITY_EXTENSIONS = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")


class Authority:
    """`file`: the PEM to trust; `path`: a hashed directory with it. Everything lies in `directory`."""

    def __init__(self, directory):
        self.directory = directory
        self.file = os.path.join(directory, "ca.pem")
        self.path = os.path.join(directory, "hashed")
        self._key = self._at("ca.key")
        self._config = os.path.join(directory, "openssl.cnf")
        with open(self._config, "w", encoding="ascii") as config:
            config.write(CA_CONFIG.format(directory=directory))
        with open(os.path.join(directory, "index.txt"), "w", encoding="ascii"):
            pass
        with open(os.path.join(directory, "serial"), "w", encoding="ascii") as serial:
            serial.write("1000\n")
        self._openssl("req", "-x509", *KEY, "-config", self._config, "-extensions", "authority_extensions", "-days", "2",
                      "-subj", "/CN=Test authority", "-keyout", self._key, "-out", self.file)
        os.mkdir(self.path)
        digest = self._openssl("x509", "-in", self.file, "-noout", "-subject_hash").strip()
        os.symlink(self.file, os.path.join(self.path, digest + ".0"))

    def _at(self, name):
        return os.path.join(self.directory, name)

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
        return done.stdout

    def server(self, name, subject_alt_name=LOOPBACK, expired=False, usage=None, **how):
        """(certificate file, key file), signed by the authority; `usage`: all that it may be used for."""
        if expired:
            how["times"] = EXPIRED
        added = {"subjectAltName": subject_alt_name, "extendedKeyUsage": usage}
        return self._issue(name, [word for key, value in added.items() if value for word in ("-addext", f"{key}={value}")], **how)

    def intermediate(self, name, extensions=AUTHORITY_EXTENSIONS, **how):
        """An authority that this one signed. Its servers send its certificate along."""
        added = [word for line in extensions for word in ("-addext", line)]
        return Intermediate(self.directory, *self._issue(name, added, **how))

    def _issue(self, name, extensions, times=("-days", "1"), key=KEY, digest="sha256", subject=None):
        certificate, private, asked = (self._at(name + end) for end in (".pem", ".key", ".csr"))
        self._openssl("req", "-new", *key, "-config", self._config, "-subj", f"/CN={subject or name}", "-keyout", private, *extensions,
                      "-out", asked)
        self._openssl("ca", "-batch", "-notext", "-config", self._config, "-cert", self.file, "-keyfile", self._key, "-md", digest,
                      *times, "-in", asked, "-out", certificate)
        return certificate, private

    def revocation_list(self, *revoked, times=("-crldays", "1")):
        """The PEM of a list of this authority that names these certificates (files)."""
        for certificate in revoked:
            self._openssl("ca", "-config", self._config, "-cert", self.file, "-keyfile", self._key, "-revoke", certificate)
        return self._openssl("ca", "-config", self._config, "-cert", self.file, "-keyfile", self._key, "-gencrl", *times)

    def self_signed(self):
        """(certificate file, key file), signed by nobody."""
        certificate, key = self._at("self.pem"), self._at("self.key")
        self._openssl("req", "-x509", *KEY, "-config", self._config, "-days", "1", "-subj", "/CN=self",
                      "-addext", f"subjectAltName={LOOPBACK}", "-keyout", key, "-out", certificate)
        return certificate, key


class Intermediate(Authority):
    """An authority whose certificate another one signed."""

    def __init__(self, directory, certificate, key):  # pylint: disable=super-init-not-called
        self.directory = directory
        self.file, self._key = certificate, key
        self._config = os.path.join(directory, "openssl.cnf")

    def server(self, name, subject_alt_name=LOOPBACK, expired=False, chain=True, **how):
        certificate, key = super().server(name, subject_alt_name, expired, **how)
        if chain:
            with open(certificate, "a", encoding="ascii") as leaf, open(self.file, encoding="ascii") as own:
                leaf.write(own.read())
        return certificate, key
