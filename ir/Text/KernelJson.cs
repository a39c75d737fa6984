using System.Text;
using System.Text.Json;
using DlAot.Ir.Kernels;
using static DlAot.Ir.Text.PlanJson;

namespace DlAot.Ir.Text;

/// <summary>A kernel inside the JSON of a plan. Expressions are numbered in order of evaluation, each once.</summary>
internal sealed class KernelJson
{
    private readonly Dictionary<Expr, int> numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<Expr> order = [];
    private readonly Utf8JsonWriter json;

    private KernelJson(Utf8JsonWriter json) => this.json = json;

    public static void Write(Utf8JsonWriter json, Kernel kernel) => new KernelJson(json).Write(kernel);

    /// <summary>The kernel by itself.</summary>
    public static string Print(Kernel kernel)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            Write(json, kernel);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    private void Write(Kernel kernel)
    {
        foreach (Expr root in kernel.Checks.Concat(kernel.Phases.SelectMany(p => p.Roots)))
        {
            Visit(root);
        }

        json.WriteString("name", kernel.Name);
        Objects(json, "buffers", kernel.Buffers, b =>
        {
            json.WriteString("name", b.Name);
            json.WriteString("type", b.Type.Name());
            json.WriteString("elements", b.Elements.ToString());
            json.WriteBoolean("written", b.IsWritten);
        });
        Strings(json, "grid", kernel.Grid.Select(d => d.ToString()));
        Objects(json, "exprs", order, Write);
        Objects(json, "phases", kernel.Phases, Write);
        Strings(json, "checkLoops", kernel.CheckLoops.Select(d => d.ToString()));
        Numbers(json, "checks", [.. kernel.Checks.Select(c => numbers[c])]);
        json.WriteStartObject("schedule");
        json.WriteBoolean("parallel", kernel.Schedule.Parallel);
        json.WriteBoolean("exact", kernel.Schedule.Exact);
        json.WriteNumber("microM", kernel.Schedule.MicroM);
        json.WriteNumber("microN", kernel.Schedule.MicroN);
        json.WriteNumber("unrollVectors", kernel.Schedule.UnrollVectors);
        json.WriteEndObject();
        Strings(json, "origins", kernel.Origins.Select(o => o.ToString()));
    }

    private void Write(Phase phase)
    {
        switch (phase)
        {
            case LoopPhase loop:
                json.WriteString("phase", "loop");
                Strings(json, "extents", loop.Extents.Select(d => d.ToString()));
                Objects(json, "reductions", loop.Reductions, r =>
                {
                    json.WriteString("kind", Camel(r.Kind));
                    json.WriteNumber("value", numbers[r.Value]);
                    WriteTemp(r.Result);
                });
                Objects(json, "stores", loop.Stores, Write);
                break;
            case ContractPhase c:
                json.WriteString("phase", "contract");
                json.WriteString("m", c.M.ToString());
                json.WriteString("n", c.N.ToString());
                json.WriteString("k", c.K.ToString());
                json.WriteNumber("a", numbers[c.A]);
                json.WriteNumber("b", numbers[c.B]);
                WriteTemp(c.Result);
                Objects(json, "stores", c.Stores, Write);
                break;
            default:
                throw new ArgumentException($"unknown phase {phase}", nameof(phase));
        }
    }

    private void Write(Store store)
    {
        json.WriteNumber("buffer", store.Buffer);
        json.WriteNumber("index", numbers[store.Index]);
        json.WriteNumber("value", numbers[store.Value]);
        if (store.Predicate is not null)
        {
            json.WriteNumber("predicate", numbers[store.Predicate]);
        }
    }

    private void WriteTemp(Expr.Temp temp)
    {
        json.WriteNumber("temp", temp.Id);
        json.WriteString("type", temp.Type.Name());
    }

    // Constants of floats are strings: JSON has no infinities.
    private void Write(Expr e)
    {
        (string kind, string? name, object? value) = e switch
        {
            Expr.Const c when c.Type.IsFloat() => ("const", "value", AttributeText.Float(c.Float)),
            Expr.Const c => ("const", "value", c.Integer),
            Expr.Dim d => ("dim", "value", d.Value.ToString()),
            Expr.Scalar s => ("scalar", "index", s.Index),
            Expr.Var v => ("var", "name", v.Name),
            Expr.Temp t => ("temp", "temp", t.Id),
            Expr.Load l => ("load", "buffer", l.Buffer),
            Expr.Op o => ("op", "op", (object?)Camel(o.Code)),
            _ => throw new ArgumentException($"unknown expression {e}", nameof(e)),
        };
        json.WriteString("expr", kind);
        json.WriteString("type", e.Type.Name());
        if (value is string text)
        {
            json.WriteString(name!, text);
        }
        else
        {
            json.WriteNumber(name!, Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
        }

        if (e.Operands.Count > 0)
        {
            Numbers(json, "operands", [.. e.Operands.Select(o => numbers[o])]);
        }
    }

    private void Visit(Expr e)
    {
        if (!numbers.ContainsKey(e))
        {
            foreach (Expr operand in e.Operands)
            {
                Visit(operand);
            }

            numbers[e] = order.Count;
            order.Add(e);
        }
    }
}
