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
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
"""

LOOPBACK = "IP:127.0.0.1,DNS:localhost"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Authority:
    """`file`: the PEM to trust; `path`: a hashed directory with it. Everything lies in `directory`."""

    def __init__(self, directory):
        self.directory = directory
        self.file = os.path.join(directory, "ca.pem")
        self.path = os.path.join(directory, "hashed")
        self._config = os.path.join(directory, "openssl.cnf")
        with open(self._config, "w", encoding="ascii") as config:
            config.write(CA_CONFIG.format(directory=directory))
        with open(os.path.join(directory, "index.txt"), "w", encoding="ascii"):
            pass
        with open(os.path.join(directory, "serial"), "w", encoding="ascii") as serial:
            serial.write("1000\n")
        self._openssl("req", "-x509", *KEY, "-config", self._config, "-extensions", "authority_extensions", "-days", "2",
                      "-subj", "/CN=Test authority", "-keyout", self._at("ca.key"), "-out", self.file)
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

    def server(self, name, subject_alt_name=LOOPBACK, expired=False):
        """(certificate file, key file), signed by the authority."""
        certificate, key, request = (self._at(name + end) for end in (".pem", ".key", ".csr"))
        self._openssl("req", "-new", *KEY, "-config", self._config, "-subj", f"/CN={name}", "-keyout", key,
                      "-addext", f"subjectAltName={subject_alt_name}", "-out", request)
        times = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"] if expired else ["-days", "1"]
        self._openssl("ca", "-batch", "-notext", "-config", self._config, "-cert", self.file, "-keyfile",
                      self._at("ca.key"), *times, "-in", request, "-out", certificate)
        return certificate, key

    def self_signed(self):
        """(certificate file, key file), signed by nobody."""
        certificate, key = self._at("self.pem"), self._at("self.key")
        self._openssl("req", "-x509", *KEY, "-config", self._config, "-days", "1", "-subj", "/CN=self",
                      "-addext", f"subjectAltName={LOOPBACK}", "-keyout", key, "-out", certificate)
        return certificate, key
