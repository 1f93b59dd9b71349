using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeterPipeline.Access;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Tests.Access;

/// <summary>PEM files that change under a running server, and which clients' certificates are taken.</summary>
public sealed class TlsFilesTests : IDisposable
{
    private readonly Authority ours = new("ours");
    private readonly Authority theirs = new("theirs");

    public void Dispose()
    {
        ours.Dispose();
        theirs.Dispose();
    }

    [Fact]
    public void Changed_files_are_taken_and_broken_ones_leave_the_old_in_use_until_they_are_mended()
    {
        var first = ours.WriteServer();
        using var files = Files();
        Assert.Equal(first.Thumbprint, files.Current.Server.TargetCertificate.Thumbprint);

        var second = ours.WriteServer();
        files.Look();
        Assert.Equal(second.Thumbprint, files.Current.Server.TargetCertificate.Thumbprint);

        // The certificate is there, its key is not yet.
        var third = ours.WriteServer(keyFile: "later.key");
        files.Look();
        files.Look();
        Assert.Equal((second.Thumbprint, 1), (files.Current.Server.TargetCertificate.Thumbprint, files.Failures));
        File.Move(ours.At("later.key"), ours.At("server.key"), overwrite: true);
        files.Look();
        Assert.Equal(third.Thumbprint, files.Current.Server.TargetCertificate.Thumbprint);

        File.Delete(ours.At("server.pem"));
        files.Look();
        File.WriteAllText(ours.At("server.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        files.Look();
        Assert.Equal((third.Thumbprint, 3), (files.Current.Server.TargetCertificate.Thumbprint, files.Failures));
    }

    [Theory]
    [InlineData("missing.pem", "server.key", "missing.pem")]
    [InlineData("server.pem", "missing.key", "missing.key")]
    [InlineData("server.pem", "other.key", "belong together")]
    [InlineData("ca.pem", "", "the key unencrypted")]
    public void At_the_start_files_that_cannot_be_used_are_named(string certificate, string key, string named)
    {
        ours.WriteServer();
        ours.WriteServer("other.pem", "other.key");
        var settings = new MqttTlsSettings { Certificate = ours.At(certificate), Key = key.Length > 0 ? ours.At(key) : "" };
        var error = Assert.Throws<ArgumentException>(() => new TlsFiles(settings, "", TimeProvider.System, NullLogger<TlsFiles>.Instance));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 10, "ReloadSeconds")]
    [InlineData(10, 0, "HandshakeSeconds")]
    public void Settings_out_of_range_are_named(int reload, int handshake, string named)
    {
        var settings = new MqttTlsSettings { Certificate = "x", ReloadSeconds = reload, HandshakeSeconds = handshake };
        Assert.Contains(named, Assert.Throws<ArgumentException>(settings.Validate).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(new MqttTlsSettings { ClientCa = "x" }.Validate);
        Assert.Throws<ArgumentException>(new MqttTlsSettings { Certificate = "x", RequireClientCertificate = true }.Validate);
        Assert.Throws<ArgumentException>(new MqttTlsSettings { Certificate = "x", Pinned = [new() { Sha256 = "AB:CD", Company = "north" }] }.Validate);
    }

    [Fact]
    public void A_client_certificate_stands_for_its_common_name_where_our_authority_signed_it_for_clients()
    {
        var rules = new ClientCertificates(new MqttTlsSettings(), TimeProvider.System);
        X509Certificate2Collection authorities = [ours.Certificate];
        var north = ours.Client("CN=north, O=Grid");
        Assert.True(rules.IsTrusted(north, authorities, null));
        Assert.Equal("north", rules.CompanyOf(north));
        Assert.False(rules.IsTrusted(theirs.Client("CN=north"), authorities, null));
        Assert.False(rules.IsTrusted(ours.Server("CN=north"), authorities, null));
        Assert.False(rules.IsTrusted(north, [], null));
        Assert.Null(rules.CompanyOf(ours.Client("CN=north, CN=south")));
        Assert.Null(rules.CompanyOf(ours.Client("O=north")));
    }

    [Fact]
    public void Pinned_certificates_need_no_authority_and_revoked_ones_have_none()
    {
        var (pinned, revoked) = (theirs.Client("CN=whatever"), ours.Client("CN=north"));
        var settings = new MqttTlsSettings
        {
            Pinned = [new() { Sha256 = string.Join(':', Print(pinned).Chunk(2).Select(c => new string(c))), Company = "south" }],
            Revoked = [Print(revoked).ToLowerInvariant()],
        };
        var rules = new ClientCertificates(settings, TimeProvider.System);
        Assert.True(rules.IsTrusted(pinned, [], null));
        Assert.Equal("south", rules.CompanyOf(pinned));
        Assert.False(rules.IsTrusted(revoked, [ours.Certificate], null));
    }

    private static string Print(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);

    private TlsFiles Files() =>
        new(new MqttTlsSettings { Certificate = ours.At("server.pem"), Key = ours.At("server.key") }, ours.At("ca.pem"), TimeProvider.System, NullLogger<TlsFiles>.Instance);
}
