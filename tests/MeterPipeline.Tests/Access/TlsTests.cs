using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using LoadGenerator;
using MeterPipeline.Access;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Policies;
using MeterPipeline.Run;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Tests.Mqtt;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Tests.Access;

/// <summary>A whole pipeline with TLS, users and client certificates.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private const string Password = "a long enough one";

    private readonly Authority ours = new("ours");
    private readonly Authority theirs = new("theirs");
    private readonly SqliteFolder folder = new();
    private readonly int port = FreePort.Any();
    private PipelineHost host = null!;

    public async Task InitializeAsync()
    {
        ours.WriteServer();
        var ledger = folder.Open();
        var change = new RegistryChange();
        foreach (var id in (string[])["north", "south"]) change.Companies.Add(new Company(id, id, Energy.Electricity));
        ledger.ChangeRegistry(change, "test", 0);
        ledger.PutUser(new User("pub", Role.Company, "north", [], CheapPassword.Hash(Password), false, true, 0, 0), "test", 0);
        host = await StartAsync(ledger, handshakeSeconds: 60);
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
        ours.Dispose();
        theirs.Dispose();
    }

    [Fact]
    public async Task A_publisher_signs_in_and_may_publish_for_its_own_company_only()
    {
        using var stranger = await OpenAsync();
        await stranger.SendAsync(RawClient.Connect("a"));
        Assert.Equal([0x20, 2, 0, 5], await stranger.ReceiveAsync());

        using var wrong = await OpenAsync();
        await wrong.SendAsync(SignIn("not the right one"));
        Assert.Equal([0x20, 2, 0, 4], await wrong.ReceiveAsync());

        using var old = await OpenAsync();
        await old.SendAsync(SignIn(Password));
        Assert.Equal([0x20, 2, 0, 0], await old.ReceiveAsync());
        await old.SendAsync(RawClient.Publish(1, "{}", topic: "metering/v1/south/batch"));
        // MQTT 3.1.1 has no word for it: acknowledged, and kept in quarantine.
        Assert.Equal(1, await old.AckAsync());

        using var five = await OpenAsync();
        await five.SendAsync(Raw5.Connect("five", flags: 0xC2, rest: [.. RawClient.Text("pub"), .. RawClient.Text(Password)]));
        Assert.Equal(0, Answer.Of(await five.ReceiveAsync()).Code);
        await five.SendAsync(Raw5.Publish(1, "{}", topic: "metering/v1/south/batch"));
        Assert.Equal(0x87, Answer.Of(await five.ReceiveAsync()).Code);
        using var view = folder.Open().OpenView();
        Assert.Equal(["foreign-company", "foreign-company"], view.Quarantine(long.MaxValue, 10).Select(row => row.Message.Reason));
        Assert.Equal(1, host.Pipeline.Endpoint.Counters.Refusals["no-credentials"]);
        Assert.Equal(1, host.Pipeline.Endpoint.Counters.Refusals["bad-password"]);
    }

    [Fact]
    public async Task A_client_certificate_stands_for_its_company()
    {
        using var north = await OpenAsync(ours.Client("CN=north"));
        await north.SendAsync(Raw5.Connect("n"));
        Assert.Equal(0, Answer.Of(await north.ReceiveAsync()).Code);
        await north.SendAsync(Raw5.Publish(1, "{}", topic: "metering/v1/south/batch"));
        Assert.Equal(0x87, Answer.Of(await north.ReceiveAsync()).Code);

        using var nobody = await OpenAsync(ours.Client("CN=west"));
        await nobody.SendAsync(RawClient.Connect("w"));
        Assert.Equal([0x20, 2, 0, 5], await nobody.ReceiveAsync());

        using var mixed = await OpenAsync(ours.Client("CN=south"));
        await mixed.SendAsync(SignIn(Password));
        Assert.Equal([0x20, 2, 0, 5], await mixed.ReceiveAsync());

        await RefusedAsync(theirs.Client("CN=north"));
        await RefusedAsync(ours.Server("CN=north"));
        Assert.Equal(2, host.Pipeline.Endpoint.Counters.Refusals["tls-handshake"]);
    }

    [Fact]
    public async Task A_new_certificate_is_used_for_new_connections_while_an_old_one_goes_on()
    {
        var seen = "";
        using var old = await OpenAsync(look: print => seen = print);
        await old.SendAsync(SignIn(Password));
        Assert.Equal([0x20, 2, 0, 0], await old.ReceiveAsync());
        var renewed = ours.WriteServer();
        Assert.NotEqual(renewed.Thumbprint, seen);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (seen != renewed.Thumbprint)
        {
            using var next = await OpenAsync(look: print => seen = print);
            await Task.Delay(100, limit.Token);
        }
        await old.SendAsync(0xC0, 0);
        Assert.Equal([0xD0, 0], await old.ReceiveAsync());
    }

    [Fact]
    public void The_load_generator_signs_in_and_checks_whom_it_talks_to()
    {
        var load = new LoadOptions
        {
            To = new IPEndPoint(IPAddress.Loopback, port),
            Tls = true,
            Authorities = ours.At("ca.pem"),
            User = "pub",
            Password = Password,
            TopicPrefix = "metering/v1/north",
            Connections = 2,
            Meters = 8,
            WarmUpSeconds = 0,
            Until = new DateTimeOffset(2025, 11, 16, 0, 0, 0, TimeSpan.FromHours(8)),
        };
        Assert.Equal(8, LoadRun.Run(load).Total);
        using (var view = folder.Open().OpenView()) Assert.Equal(8, view.Quarantine(long.MaxValue, 10).Count(row => row.Message.Reason == "unknown-meter"));
        Assert.Contains("--user", Assert.Throws<LoadException>(() => LoadRun.Run(load with { Password = "not the right one" })).Message, StringComparison.Ordinal);
        Assert.IsType<AuthenticationException>(Assert.Throws<LoadException>(() => LoadRun.Run(load with { Authorities = theirs.At("ca.pem") })).InnerException);
        Assert.IsType<AuthenticationException>(Assert.Throws<LoadException>(() => LoadRun.Run(load with { Host = "elsewhere" })).InnerException);
    }

    [Fact]
    public async Task A_handshake_that_does_not_come_ends_the_connection()
    {
        await host.DisposeAsync();
        host = await StartAsync(folder.Open(), handshakeSeconds: 1);
        using var mute = await RawClient.OpenAsync(port);
        await mute.AssertClosedAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!host.Pipeline.Endpoint.Counters.Refusals.ContainsKey("tls-handshake")) await Task.Delay(10, limit.Token);
    }

    private Task<PipelineHost> StartAsync(ILedger ledger, int handshakeSeconds)
    {
        var tls = new MqttTlsSettings
        {
            Certificate = ours.At("server.pem"),
            Key = ours.At("server.key"),
            ClientCa = ours.At("ca.pem"),
            ReloadSeconds = 1,
            HandshakeSeconds = handshakeSeconds,
        };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        return PipelineHost.StartAsync(
            builder, ledger, PolicyFiles.Load(Repository.PathOf("deploy", "policies")), new PipelineSettings { Mqtt = new MqttSettings { Tls = tls } },
            new Listeners(null, new IPEndPoint(IPAddress.Loopback, port), new IPEndPoint(IPAddress.Loopback, FreePort.Any()), WebTls: false));
    }

    private static byte[] SignIn(string password) =>
        RawClient.Connect($"c{password.Length}", flags: 0xC2, rest: [.. RawClient.Text("pub"), .. RawClient.Text(password)]);

    private Task<RawClient> OpenAsync(X509Certificate2? certificate = null, Action<string>? look = null) => RawClient.OpenTlsAsync(port, new SslClientAuthenticationOptions
    {
        TargetHost = "localhost",
        ClientCertificates = certificate is null ? null : [certificate],
        RemoteCertificateValidationCallback = (_, shown, chain, _) =>
        {
            look?.Invoke(((X509Certificate2)shown!).Thumbprint);
            chain!.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(ours.Certificate);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return chain.Build((X509Certificate2)shown!);
        },
    });

    /// <summary>With TLS 1.3 the client hears of it after its own side of the handshake is over.</summary>
    private async Task RefusedAsync(X509Certificate2 certificate)
    {
        try
        {
            using var client = await OpenAsync(certificate);
            await client.SendAsync(RawClient.Connect("x"));
            await client.AssertClosedAsync();
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
        }
    }
}
