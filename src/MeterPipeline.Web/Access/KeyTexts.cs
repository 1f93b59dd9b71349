using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Access;

/// <summary>What /users says of the keys of programs, in one language.</summary>
internal sealed record KeyTexts(string Keys, string Hint, string Document, string None, string Key, string MadeAt, string LastUsed, string Never, string Revoke, string Revoked)
{
    public static KeyTexts For(Texts texts) => texts == Texts.English ? English : Chinese;

    private static KeyTexts Chinese { get; } = new(
        "接口密钥", "供程序读取接口数据。新密钥在服务器上生成，只显示一次：meterpipeline users key add NAME --role bureau。撤销后立即失效，不能恢复。",
        "接口说明（OpenAPI）", "还没有密钥。", "密钥", "生成时间", "最近使用", "从未", "撤销", "已撤销");

    private static KeyTexts English { get; } = new(
        "API keys", "Programs read the API by them. One is made on the server and shown once: meterpipeline users key add NAME --role bureau. Revoking one works at once and for good.",
        "What the API answers (OpenAPI)", "There are no keys yet.", "Key", "Made", "Last used", "never", "Revoke", "revoked");
}
