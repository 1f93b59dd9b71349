using System.Diagnostics;
using System.Globalization;
using System.Text;
using MeterPipeline.ServerTests.EndToEnd;

namespace MeterPipeline.ServerTests.Mqtt;

/// <summary>One pipeline for all clients, and a folder for what they need.</summary>
public sealed class PublishedInto : IAsyncLifetime
{
    internal PipelineProcess Pipeline { get; } = new();

    internal TempFolder Folder { get; } = new("clients");

    public async Task InitializeAsync()
    {
        SmallRegistry.Import(Pipeline);
        await Pipeline.StartAsync();
    }

    public Task DisposeAsync()
    {
        Pipeline.Dispose();
        Folder.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>Clients nobody here wrote publish into the real executable: every reading that they were told is delivered is in the journal.</summary>
public sealed class RealClientTests(PublishedInto into) : IClassFixture<PublishedInto>, IAsyncLifetime, IDisposable
{
    private const int Count = 50;
    private const long FirstMs = 1_763_000_000_000;
    private const string Topic = "metering/v1/grid/E1/reading";

    private readonly PipelineProcess _pipeline = into.Pipeline;
    private readonly TempFolder _folder = into.Folder;
    private readonly HttpClient _http = new();
    private long _before;

    public async Task InitializeAsync() => _before = await ReadRecordedAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("mqttv311", 0)]
    [InlineData("mqttv311", 1)]
    [InlineData("mqttv311", 2)]
    [InlineData("mqttv5", 0)]
    [InlineData("mqttv5", 1)]
    [InlineData("mqttv5", 2)]
    public async Task Mosquitto_pub(string version, int qos)
    {
        var lines = new StringBuilder();
        for (var n = 1; n <= Count; n++) lines.Append(CultureInfo.InvariantCulture, $$"""{"ts":{{FirstMs + (n * 1000)}},"value":{{n}}}""").Append('\n');
        Run("mosquitto_pub", ["-V", version, "-p", $"{_pipeline.MqttPort}", "-q", $"{qos}", "-t", Topic, "-l"], lines.ToString());
        await RecordedAsync(Count);
    }

    [Fact]
    public async Task Mosquitto_pub_is_told_why_a_reading_was_refused()
    {
        var told = Run("mosquitto_pub", ["-V", "mqttv5", "-p", $"{_pipeline.MqttPort}", "-q", "1", "-t", "metering/v1/grid/E9/reading", "-m", "{\"ts\":1763000000000,\"value\":1}"]);
        Assert.Contains("unknown-meter", told, StringComparison.Ordinal);
        await RecordedAsync(0);
    }

    [Fact]
    public async Task Mosquitto_sub_gets_feedback_and_nothing_else()
    {
        using var refused = Start("mosquitto_sub", ["-V", "mqttv311", "-p", $"{_pipeline.MqttPort}", "-t", "#", "-W", "20"]);
        await refused.WaitForExitAsync();
        Assert.Contains("denied", await refused.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        // Line by line: its output tells when it has subscribed.
        using var reader = Start("stdbuf", ["-oL", "mosquitto_sub", "-V", "mqttv5", "-d", "-p", $"{_pipeline.MqttPort}", "-q", "1", "-t", "metering/v1/grid/feedback", "-C", "1", "-W", "60"]);
        while (await reader.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Subscribed", StringComparison.Ordinal))
        {
        }
        Run("mosquitto_pub", ["-p", $"{_pipeline.MqttPort}", "-q", "1", "-t", "metering/v1/grid/E9/reading", "-m", "{\"ts\":1763000000000,\"value\":1}"]);
        Assert.Contains("unknown-meter", await reader.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("5")]
    public async Task Paho_python_with_feedback(string version)
    {
        Run("/usr/bin/python3", [Script("publish.py"), $"{_pipeline.MqttPort}", version, $"{Count}", $"{FirstMs}"]);
        await RecordedAsync(3 * Count);
    }

    [Theory]
    [InlineData("4")]
    [InlineData("5")]
    public async Task Paho_c(string version)
    {
        var program = _folder.At("publish");
        Run("gcc", ["-o", program, Script("publish.c"), "-lpaho-mqtt3c"]);
        Run(program, [$"tcp://127.0.0.1:{_pipeline.MqttPort}", version, $"{Count}", $"{FirstMs}"]);
        await RecordedAsync(3 * Count);
    }

    [NpmTheory]
    [InlineData("4", false)]
    [InlineData("5", false)]
    [InlineData("4", true)]
    [InlineData("5", true)]
    public async Task Mqtt_js_over_tcp_and_websocket(string version, bool webSocket)
    {
        // Beside its packages, where Node looks for them.
        File.Copy(Script("publish.cjs"), _folder.At("publish.cjs"), overwrite: true);
        if (!Directory.Exists(_folder.At("node_modules"))) Run("npm", ["install", "--no-audit", "--no-fund", "--silent", "mqtt@5"]);
        var url = webSocket ? $"ws://127.0.0.1:{_pipeline.WebPort}/mqtt" : $"mqtt://127.0.0.1:{_pipeline.MqttPort}";
        Run("node", [_folder.At("publish.cjs"), url, version, $"{Count}", $"{FirstMs}"]);
        await RecordedAsync(3 * Count);
    }

    [Fact]
    public async Task The_web_port_takes_only_mqtt_from_pages_of_its_own()
    {
        var uri = new Uri($"http://127.0.0.1:{_pipeline.WebPort}/mqtt");
        Assert.Equal(426, (int)(await _http.GetAsync(uri)).StatusCode);
        Assert.Equal(400, await UpgradeAsync(uri, ("Sec-WebSocket-Protocol", "chat")));
        Assert.Equal(403, await UpgradeAsync(uri, ("Sec-WebSocket-Protocol", "mqtt"), ("Origin", "http://elsewhere.example")));
        Assert.Equal(101, await UpgradeAsync(uri, ("Sec-WebSocket-Protocol", "mqtt"), ("Origin", $"http://127.0.0.1:{_pipeline.WebPort}")));
        // As Paho Python says it behind a proxy on the port of https.
        Assert.Equal(101, await UpgradeAsync(uri, ("Sec-WebSocket-Protocol", "mqtt"), ("Host", "metering.example:443"), ("Origin", "https://metering.example:443")));
        Assert.Equal(403, await UpgradeAsync(uri, ("Sec-WebSocket-Protocol", "mqtt"), ("Host", "metering.example:443"), ("Origin", "https://metering.example:444")));
    }

    private async Task<int> UpgradeAsync(Uri uri, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        (string, string)[] all = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="), .. headers];
        foreach (var (name, value) in all) request.Headers.TryAddWithoutValidation(name, value);
        return (int)(await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead)).StatusCode;
    }

    /// <summary>Waits for what QoS 0 leaves open, and sees that no more comes than was sent.</summary>
    private async Task RecordedAsync(int readings)
    {
        var recorded = 0L;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMinutes(1); await Task.Delay(20))
        {
            recorded = await ReadRecordedAsync() - _before;
            if (recorded == readings) return;
        }
        Assert.Fail($"{recorded} readings were recorded, {readings} published.");
    }

    private async Task<long> ReadRecordedAsync()
    {
        var metrics = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{_pipeline.WebPort}/metrics"));
        var line = metrics.Split('\n').Single(l => l.StartsWith("meterpipeline_readings_recorded_total", StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Mqtt", "Clients", name);

    private Process Start(string program, string[] arguments) => Process.Start(new ProcessStartInfo(program.StartsWith('/') ? program : ServerProcess.Find(program), arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = _folder.Path,
    })!;

    /// <summary>Runs a program that must end well; its output.</summary>
    private string Run(string program, string[] arguments, string input = "")
    {
        using var process = Start(program, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {output}{errors.Result}");
        return output + errors.Result;
    }
}

/// <summary>A theory that needs npm's registry; skipped, with the reason, where it cannot be reached.</summary>
public sealed class NpmTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<bool> Reached = new(() =>
    {
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["view", "mqtt", "version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            npm.StandardOutput.ReadToEnd();
            return npm.WaitForExit(TimeSpan.FromSeconds(60)) && npm.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    public NpmTheoryAttribute()
    {
        if (!Reached.Value) Skip = "npm is missing or cannot reach its registry: MQTT.js was not tried.";
    }
}
