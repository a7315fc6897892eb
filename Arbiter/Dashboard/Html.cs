using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Arbiter.Dashboard;

/// <summary>
/// Writes HTML from interpolated strings: what stands in the source is markup, what is put in is text and gets escaped. There is no way
/// to write a value as markup, so a name, a reason or an error of a server can never become a tag or an attribute.
/// Attribute values must stand in double quotes, as they do everywhere in this room.
/// </summary>
internal sealed class Html
{
    private readonly StringBuilder _text = new(16 * 1024);

    public Html Add([InterpolatedStringHandlerArgument("")] Markup markup)
    {
        _ = markup;
        return this;
    }

    public override string ToString() => _text.ToString();

    [InterpolatedStringHandler]
    public readonly struct Markup
    {
        private readonly StringBuilder _to;

        public Markup(int literalLength, int formattedCount, Html html)
        {
            _to = html._text;
            _to.EnsureCapacity(_to.Length + literalLength + 16 * formattedCount);
        }

        public void AppendLiteral(string markup) => _to.Append(markup);

        public void AppendFormatted(string? text)
        {
            if (text is not null) _to.Append(HtmlEncoder.Default.Encode(text));
        }

        public void AppendFormatted(long number) => _to.Append(number.ToString(CultureInfo.InvariantCulture));

        public void AppendFormatted(long? number)
        {
            if (number is { } n) AppendFormatted(n);
        }
    }
}
