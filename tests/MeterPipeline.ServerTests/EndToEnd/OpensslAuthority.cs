using System.Diagnostics;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>An authority made with openssl by the commands of the endpoint's README.</summary>
internal sealed class OpensslAuthority : IDisposable
{
    private const string NewKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

    private readonly TempFolder folder = new("openssl");

    internal OpensslAuthority(string name)
    {
        Run($"req -x509 {NewKey} -days 3650 -subj /CN={name} -keyout ca.key -out ca.pem");
        File.WriteAllText(At("server.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
        File.WriteAllText(At("client.ext"), "extendedKeyUsage=clientAuth\n");
    }

    internal string At(string name) => folder.At(name);

    /// <summary>Writes <c>NAME.pem</c> and <c>NAME.key</c>.</summary>
    internal void Issue(string name, string commonName, string kind)
    {
        Run($"req {NewKey} -subj /CN={commonName} -keyout {name}.key -out {name}.csr");
        Run($"x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 -extfile {kind}.ext -out {name}.pem");
    }

    /// <summary>Fingerprint of the certificate that a server shows now.</summary>
    internal string Shown(int port)
    {
        File.WriteAllText(At("shown.pem"), Run($"s_client -connect 127.0.0.1:{port} -CAfile ca.pem -verify_return_error"));
        return Run("x509 -in shown.pem -noout -fingerprint -sha256");
    }

    internal string Fingerprint(string name) => Run($"x509 -in {name}.pem -noout -fingerprint -sha256");

    public void Dispose() => folder.Dispose();

    private string Run(string arguments)
    {
        var start = new ProcessStartInfo(ServerProcess.Find("openssl"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"openssl {arguments}: {errors.Result}");
        return output;
    }
}
