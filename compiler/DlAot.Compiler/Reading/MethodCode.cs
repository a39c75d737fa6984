using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Reading;

/// <summary>Tells versions of a method's IL apart, so that what is known of places in one is never taken for places in another.</summary>
public static class MethodCode
{
    private static readonly ConditionalWeakTable<MethodDefinition, string> Known = [];

    /// <summary>16 hexadecimal digits.</summary>
    public static string Of(MethodDefinition method) => Known.GetValue(method, Hash);

    private static string Hash(MethodDefinition method)
    {
        var text = new StringBuilder();
        foreach (Instruction i in method.Code())
        {
            text.Append(i.Offset).Append(' ').Append(i.OpCode.Name).Append(' ').Append(i.Operand switch
            {
                Instruction target => target.Offset.ToString(null, null),
                Instruction[] targets => string.Join(',', targets.Select(t => t?.Offset)),
                MemberReference member => member.FullName,
                VariableDefinition local => local.Index.ToString(null, null),
                ParameterDefinition parameter => parameter.Index.ToString(null, null),
                IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
                var other => other?.ToString(),
            }).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 8));
    }
}
