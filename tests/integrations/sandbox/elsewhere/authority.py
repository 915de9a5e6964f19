"""An authority as an operator makes one, and the certificates it signs: for the runner hosts of tests."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from botyard.integrations.sandbox.elsewhere.hosts import Credentials
from botyard.integrations.sandbox.runner.door import Tls


class Authority:
    """Signs certificates for 127.0.0.1. ca: the path of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{folder.name} authority")])
        own = self._builder(self._name, self._key.public_key())
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        own = own.add_extension(usage, critical=True)
        self.ca = self._write("ca.pem", own.sign(self._key, hashes.SHA256()))

    def host(self, port: int = 0, *, trusts: "Authority | None" = None) -> Tls:
        """Make what a runner host is given. trusts: whose clients come in, ours where not said."""
        cert, key = self._signed("host", ExtendedKeyUsageOID.SERVER_AUTH)
        return Tls("127.0.0.1", port, str(cert), str(key), str((trusts or self).ca))

    def client(self, *, trusts: "Authority | None" = None) -> Credentials:
        """Make what a server is given."""
        cert, key = self._signed("client", ExtendedKeyUsageOID.CLIENT_AUTH)
        return Credentials(cert, key, (trusts or self).ca)

    def _signed(self, name: str, usage: x509.ObjectIdentifier) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(subject, key.public_key()).add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        where = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        cert = builder.add_extension(where, critical=False).sign(self._key, hashes.SHA256())
        written = self._folder / f"{name}.key"
        pem = serialization.PrivateFormat.PKCS8
        written.write_bytes(key.private_bytes(serialization.Encoding.PEM, pem, serialization.NoEncryption()))
        return self._write(f"{name}.pem", cert), written

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        start = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key)
        start = start.serial_number(x509.random_serial_number())
        start = start.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        named = x509.SubjectKeyIdentifier.from_public_key(key)
        return start.add_extension(signer, critical=False).add_extension(named, critical=False)

    def _write(self, name: str, cert: x509.Certificate) -> Path:
        path = self._folder / name
        path.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
        return path
