using System.Net;
using MeterPipeline.Run;

namespace MeterPipeline.Tests.Sinks;

/// <summary>One scripted answer; <paramref name="RetryAfter"/> in seconds.</summary>
public sealed record Answer(int Status, string Body = "", int? RetryAfter = null);

/// <summary>An HTTP server on loopback that answers by script and then with 204, and keeps the bodies it was sent.</summary>
public sealed class ScriptedInflux : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Queue<Answer> _answers;
    private readonly Task _loop;

    public ScriptedInflux(params Answer[] answers)
    {
        _answers = new(answers);
        Url = new($"http://127.0.0.1:{FreePort.Any()}/");
        _listener.Prefixes.Add(Url.AbsoluteUri);
        _listener.Start();
        _loop = AnswerAsync();
    }

    public Uri Url { get; }

    /// <summary>Read it only between writes.</summary>
    public List<string> Bodies { get; } = [];

    /// <summary>Path and query of the last request.</summary>
    public string Address { get; private set; } = "";

    public void Dispose()
    {
        _listener.Close();
        _loop.Wait(TimeSpan.FromSeconds(5));
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using (var reader = new StreamReader(context.Request.InputStream))
                    Bodies.Add(await reader.ReadToEndAsync());
                Address = context.Request.RawUrl!;
                var answer = _answers.TryDequeue(out var next) ? next : new Answer(204);
                context.Response.StatusCode = answer.Status;
                if (answer.RetryAfter is { } seconds)
                    context.Response.AddHeader("Retry-After", $"{seconds}");
                await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer.Body));
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
