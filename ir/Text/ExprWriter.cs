using System.Text;
using DlAot.Ir.Kernels;

namespace DlAot.Ir.Text;

/// <summary>Writes kernel expressions as infix text; what is used more than once gets a name, <c>v0 = ...</c>, before its first use.</summary>
internal sealed class ExprWriter(StringBuilder output)
{
    private static readonly Dictionary<ScalarOp, (string Sign, int Level)> Infix = new()
    {
        [ScalarOp.Or] = ("|", 1),
        [ScalarOp.Xor] = ("^", 1),
        [ScalarOp.And] = ("&", 2),
        [ScalarOp.Eq] = ("==", 3),
        [ScalarOp.Ne] = ("!=", 3),
        [ScalarOp.Lt] = ("<", 3),
        [ScalarOp.Le] = ("<=", 3),
        [ScalarOp.Gt] = (">", 3),
        [ScalarOp.Ge] = (">=", 3),
        [ScalarOp.Add] = ("+", 4),
        [ScalarOp.Sub] = ("-", 4),
        [ScalarOp.Mul] = ("*", 5),
        [ScalarOp.Div] = ("/", 5),
        [ScalarOp.FloorDiv] = ("//", 5),
        [ScalarOp.Rem] = ("%", 5),
    };

    private readonly Dictionary<Expr, string> names = new(ReferenceEqualityComparer.Instance);
    private int count;

    /// <summary>Names what these expressions share and writes it; they can then be written by <see cref="Write"/>.</summary>
    public void Begin(IEnumerable<Expr> roots, string indent)
    {
        names.Clear();
        Dictionary<Expr, int> uses = new(ReferenceEqualityComparer.Instance);
        List<Expr> order = [];
        foreach (Expr root in roots)
        {
            Visit(root);
        }

        foreach (Expr e in order.Where(e => e is Expr.Op or Expr.Load && uses[e] > 1))
        {
            string text = Write(e);
            names[e] = $"v{count++}";
            output.Append($"{indent}{names[e]}: {e.Type.Name()} = {text}\n");
        }

        void Visit(Expr e)
        {
            uses[e] = uses.GetValueOrDefault(e) + 1;
            if (uses[e] == 1)
            {
                foreach (Expr operand in e.Operands)
                {
                    Visit(operand);
                }

                order.Add(e);
            }
        }
    }

    public string Write(Expr e) => Write(e, 0);

    private string Write(Expr e, int level) => names.GetValueOrDefault(e) ?? e switch
    {
        Expr.Const { Type: DType.Bool } c => c.Integer != 0 ? "true" : "false",
        Expr.Const c => Constant(c),
        Expr.Dim { Value: var d } => level > 4 && d.Terms.Length > 1 ? $"({d})" : d.ToString(),
        Expr.Scalar s => $"scalar{s.Index}",
        Expr.Load l => $"b{l.Buffer}[{Write(l.Index)}{(l.Predicate is null ? "" : $" if {Write(l.Predicate)}")}]",
        Expr.Op { Code: ScalarOp.Cast } o => $"{o.Type.Name()}({Write(o.Operands[0])})",
        Expr.Op { Code: ScalarOp.Select } o => $"select({string.Join(", ", o.Operands.Select(x => Write(x)))})",
        Expr.Op o when Infix.TryGetValue(o.Code, out var infix) => Parenthesize(
            $"{Write(o.Operands[0], infix.Level)} {infix.Sign} {Write(o.Operands[1], infix.Level + 1)}", infix.Level < level),
        Expr.Op o => $"{o.Code.ToString().ToLowerInvariant()}({string.Join(", ", o.Operands.Select(x => Write(x)))})",
        _ => e.ToString()!,
    };

    private static string Parenthesize(string text, bool needed) => needed ? $"({text})" : text;

    // f32 and i64 go without saying; a float always has a point, an exponent or a letter.
    private static string Constant(Expr.Const c)
    {
        if (!c.Type.IsFloat())
        {
            return c.Type == DType.I64 ? $"{c.Integer}" : $"{c.Integer}:{c.Type.Name()}";
        }

        string text = AttributeText.Float(c.Float);
        text = text.Any(x => x is '.' || char.IsLetter(x)) ? text : text + ".0";
        return c.Type == DType.F32 ? text : $"{text}:{c.Type.Name()}";
    }
}
