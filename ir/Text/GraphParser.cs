using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DlAot.Ir.Text;

/// <summary>Reads one graph. See <see cref="GraphText"/>.</summary>
internal sealed partial class GraphParser(TextCursor cursor)
{
    private readonly Dictionary<string, Value> values = new(StringComparer.Ordinal);
    private readonly DimFacts facts = new();

    public Graph Read()
    {
        cursor.Take("graph");
        string name = cursor.Name("the graph's name");
        int index = 0;
        ImmutableArray<GraphInput> inputs = [.. cursor.List("(", ")", () => Input(index++))];
        var nodes = ImmutableArray.CreateBuilder<Node>();
        var constraints = ImmutableArray.CreateBuilder<DimConstraint>();
        cursor.Take("{");
        while (!cursor.TryTake("return"))
        {
            if (cursor.TryTake("require"))
            {
                constraints.Add(Constraint());
            }
            else
            {
                nodes.Add(Node());
            }
        }

        ImmutableArray<Value> outputs = cursor.Next == '}' ? [] : [.. Separated(Use)];
        cursor.Take("}");
        return new Graph(name, inputs, nodes.ToImmutable(), outputs, constraints.ToImmutable());
    }

    private GraphInput Input(int index)
    {
        InputKind kind = cursor.TryTake("scalar") ? InputKind.Scalar : InputKind.Tensor;
        int start = cursor.Mark();
        string key = ValueKey(out string name);
        cursor.Take(":");
        return new GraphInput(name, kind, Define(key, new Value(null, index, AttributeText.ReadType(cursor)), start));
    }

    private Node Node()
    {
        int start = cursor.Mark();
        List<string> results = cursor.Next == '%' ? Separated(() => ValueKey(out _)) : [];
        if (results.Count > 0)
        {
            cursor.Take("=");
        }

        int opStart = cursor.Mark();
        string opName = cursor.Word("an op, 'require' or 'return'");
        OpDef op = Op.TryFind(opName) ?? throw cursor.Error($"there is no op '{opName}'", opStart);
        ImmutableArray<Value> operands = [.. cursor.List("(", ")", Use)];
        if (operands.Length < op.MinOperands || operands.Length > op.MaxOperands)
        {
            throw cursor.Error($"{op.Name} does not take {operands.Length} operands", opStart);
        }

        Attributes attributes = Attributes.None;
        foreach ((string key, object value) in cursor.Next == '{' ? cursor.List("{", "}", () => Attribute(op)) : [])
        {
            attributes = attributes.With(key, value);
        }

        ImmutableArray<TensorType> types = cursor.TryTake(":") ? [.. Separated(() => AttributeText.ReadType(cursor))] : Infer(op, operands, attributes, opStart);
        if (types.Length != results.Count)
        {
            throw cursor.Error($"{results.Count} results with {types.Length} types", start);
        }

        var node = new Node(op, operands, attributes, types, Location());
        foreach ((string key, Value value) in results.Zip(node.Results))
        {
            Define(key, value, start);
        }

        return node;
    }

    private (string Name, object Value) Attribute(OpDef op)
    {
        int start = cursor.Mark();
        string name = cursor.Word("an attribute");
        AttributeDef row = op.Attributes.FirstOrDefault(a => a.Name == name)
            ?? throw cursor.Error($"{op.Name} has no attribute '{name}'; it has {(op.Attributes.IsEmpty ? "none" : string.Join(", ", op.Attributes.Select(a => a.Name)))}", start);
        cursor.Take("=");
        return (name, AttributeText.Read(row.Type, cursor));
    }

    private ImmutableArray<TensorType> Infer(OpDef op, ImmutableArray<Value> operands, Attributes attributes, int start)
    {
        try
        {
            return op.InferTypes(new TypeRuleContext(op, [.. operands.Select(o => o.Type)], attributes, facts));
        }
        catch (Exception e) when (e is TypeRuleException or KeyNotFoundException)
        {
            throw cursor.Error(e is TypeRuleException ? e.Message : $"{op.Name} lacks an attribute: it needs {string.Join(", ", op.Attributes.Where(a => !a.Optional).Select(a => a.Name))}", start);
        }
    }

    private DimConstraint Constraint()
    {
        DimExpr left = DimText.Read(cursor);
        ConstraintKind kind = cursor.TryTake("==") ? ConstraintKind.Equal
            : cursor.TryTake(">=") ? ConstraintKind.AtLeast
            : cursor.TryTake("!=") ? ConstraintKind.NotEqual
            : cursor.TryTake("%") ? ConstraintKind.Divisible
            : throw cursor.Error("expected ==, >=, != or %");
        DimExpr right = DimText.Read(cursor);
        if (kind == ConstraintKind.Divisible)
        {
            cursor.Take("==");
            cursor.Take("0");
        }

        return new DimConstraint(kind, left, right, Location());
    }

    private SourceLocation Location()
    {
        if (!cursor.TryTake("@"))
        {
            return SourceLocation.None;
        }

        string text = cursor.RestOfLine();
        if (FileLocation().Match(text) is { Success: true } f)
        {
            return new SourceLocation("", 0, f.Groups[1].Value, Int(f.Groups[2]), Int(f.Groups[3]));
        }

        return MethodLocation().Match(text) is { Success: true } m
            ? new SourceLocation(m.Groups[1].Value, int.Parse(m.Groups[2].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            : new SourceLocation("", 0, text);

        static int Int(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);
    }

    private Value Use()
    {
        int start = cursor.Mark();
        string key = ValueKey(out _);
        return values.TryGetValue(key, out Value? value) ? value : throw cursor.Error($"%{key} is not defined above", start);
    }

    private Value Define(string key, Value value, int start) => values.TryAdd(key, value) ? value : throw cursor.Error($"%{key} is defined twice", start);

    // %0 is a result, %"0" an input of that name.
    private string ValueKey(out string name)
    {
        cursor.Take("%");
        bool isQuoted = cursor.Next == '"';
        name = cursor.Name("a name");
        return isQuoted ? Names.Write(name) : name;
    }

    private List<T> Separated<T>(Func<T> item)
    {
        List<T> items = [item()];
        while (cursor.TryTake(","))
        {
            items.Add(item());
        }

        return items;
    }

    [GeneratedRegex(@"^(.*)\((\d+),(\d+)\)$")]
    private static partial Regex FileLocation();

    [GeneratedRegex(@"^(.*)\+IL_([0-9a-f]+)$")]
    private static partial Regex MethodLocation();
}
