using System.Globalization;
using System.Text;

namespace TorchSharp;

public static partial class torch
{
    private static TensorStringStyle s_style = TensorStringStyle.Julia;

    public static TensorStringStyle TensorStringStyle
    {
        get => s_style;
        set => s_style = value == TensorStringStyle.Default
            ? throw new ArgumentException("The style cannot be set to 'Default'")
            : value;
    }

    public partial class Tensor
    {
        /// <summary>Shape, dtype and device.</summary>
        public override string ToString() => $"[{string.Join('x', shape)}], type = {dtype}, device = {device}";

        /// <summary>The metadata, and in every other style the elements too, as nested rows.</summary>
        public string ToString(TensorStringStyle style, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null)
        {
            if (style == TensorStringStyle.Default)
            {
                style = TensorStringStyle;
            }
            if (style == TensorStringStyle.Metadata || is_meta)
            {
                return ToString();
            }
            var text = new StringBuilder();
            text.Append(ToString()).Append(", value =").Append(newLine ?? Environment.NewLine);
            using Tensor plain = detach();
            using Tensor values = plain.is_complex() ? Native.Call("view_as_real", plain) : plain.to_type(ScalarType.Float64);
            using Tensor onCpu = values.cpu();
            WriteRows(text, onCpu, fltFormat ?? "g5", cultureInfo ?? CultureInfo.InvariantCulture);
            return text.ToString();
        }

        public string ToString(bool disamb, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null)
            => disamb ? ToString(TensorStringStyle.Default, fltFormat, width, cultureInfo, newLine) : ToString();

        private static void WriteRows(StringBuilder text, Tensor values, string format, CultureInfo culture)
        {
            if (values.ndim == 0)
            {
                text.Append(values.item<double>().ToString(format, culture));
                return;
            }
            text.Append('[');
            for (long row = 0; row < values.size(0); row++)
            {
                using Tensor next = values[row];
                text.Append(row == 0 ? "" : ", ");
                WriteRows(text, next, format, culture);
            }
            text.Append(']');
        }
    }
}

public static partial class TensorExtensionMethods
{
    public static string str(this torch.Tensor tensor, string? fltFormat = null, int? width = null, string? newLine = null, CultureInfo? cultureInfo = null, TensorStringStyle style = TensorStringStyle.Default)
        => tensor.ToString(style, fltFormat, width, cultureInfo, newLine);

    public static string jlstr(this torch.Tensor tensor, string? fltFormat = null, int? width = null, string? newLine = null, CultureInfo? cultureInfo = null)
        => tensor.ToString(TensorStringStyle.Julia, fltFormat, width, cultureInfo, newLine);

    public static string npstr(this torch.Tensor tensor, string? fltFormat = "g5", int? width = 100, string? newLine = null, CultureInfo? cultureInfo = null)
        => tensor.ToString(TensorStringStyle.Numpy, fltFormat, width, cultureInfo, newLine);

    public static string cstr(this torch.Tensor tensor, string? fltFormat = "g5", int? width = 100, string? newLine = null, CultureInfo? cultureInfo = null)
        => tensor.ToString(TensorStringStyle.CSharp, fltFormat, width, cultureInfo, newLine);

    public static string metastr(this torch.Tensor tensor) => tensor.ToString();

    public static torch.Tensor print(this torch.Tensor t, string? fltFormat = "g5", int? width = 100, string? newLine = null, CultureInfo? cultureInfo = null, TensorStringStyle style = TensorStringStyle.Default)
    {
        Console.WriteLine(t.ToString(style, fltFormat, width, cultureInfo, newLine));
        return t;
    }
}
