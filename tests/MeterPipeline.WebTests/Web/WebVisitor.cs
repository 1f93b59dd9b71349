using System.Net;
using System.Text.RegularExpressions;

namespace MeterPipeline.Tests.Web;

/// <summary>Somebody with a browser: keeps cookies, follows no redirect by itself, and sends forms as the page that it looked at has them.</summary>
public sealed class WebVisitor : IDisposable
{
    public const string Password = "a long enough one";

    private readonly HttpClient client;

    public WebVisitor(WebSite site)
    {
        Cookies = new CookieContainer();
        client = new HttpClient(new HttpClientHandler { CookieContainer = Cookies, AllowAutoRedirect = false }) { BaseAddress = site.Address };
    }

    public CookieContainer Cookies { get; }

    /// <summary>The page looked at last.</summary>
    public string Html { get; private set; } = "";

    public static async Task<WebVisitor> SignedInAsync(WebSite site, string name, string password = Password)
    {
        var visitor = new WebVisitor(site);
        await visitor.GetAsync("/sign-in");
        var answer = await visitor.PostAsync("/sign-in", ("name", name), ("password", password));
        Assert.True(answer.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.OK, $"{name}: {answer.StatusCode}");
        return visitor;
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), headers);

    /// <summary>Sends a form with the token and the hidden fields of the page looked at last, as a browser does.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        var form = Hidden(path).Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) }, ("Origin", client.BaseAddress!.GetLeftPart(UriPartial.Authority)));
    }

    /// <summary>Sends a form as it stands, with these headers and no others.</summary>
    public Task<HttpResponseMessage> PostRawAsync(string path, HttpContent content, params (string Name, string Value)[] headers) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, headers);

    /// <summary>The token of the page looked at last.</summary>
    public string Token => Fields(Html).First(f => f.Key == "form_token").Value;

    public void Dispose() => client.Dispose();

    /// <summary>Hidden fields of the form that is sent to this path; of none where the page has no such form, which leaves the token of another.</summary>
    private IEnumerable<KeyValuePair<string, string>> Hidden(string path)
    {
        var form = Regex.Match(Html, $"<form[^>]* action=\"{Regex.Escape(WebUtility.HtmlEncode(path))}\"[^>]*>(.*?)</form>", RegexOptions.Singleline);
        return form.Success ? Fields(form.Groups[1].Value) : Fields(Html).Where(field => field.Key == "form_token").Take(1);
    }

    private static IEnumerable<KeyValuePair<string, string>> Fields(string html) =>
        Regex.Matches(html, "<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"")
            .Select(m => KeyValuePair.Create(WebUtility.HtmlDecode(m.Groups[1].Value), WebUtility.HtmlDecode(m.Groups[2].Value)));

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, params (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var answer = await client.SendAsync(request);
        if (answer.Content.Headers.ContentType?.MediaType == "text/html") Html = await answer.Content.ReadAsStringAsync();
        return answer;
    }
}
