using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Lines of text that a method writes to the console or a log: in their order, at the end of the compiled call.</summary>
internal static class ConsoleModels
{
    public static void Register(ModelTable t)
    {
        t.Add(Write, [.. Members.TextWrites]);
        t.Add(s => new ObjectRef(new Instance(s.ReturnType) { IsOpaque = true }, new Access.State(s.Method, s.ReturnType)), "Console.get_Error", "Console.get_Out");
        t.Add(Write, "TextWriter.WriteLine", "TextWriter.Write", "TextWriter.Flush");
    }

    private static AbstractValue? Write(CallSite s)
    {
        if (s.Interpreter.IsConstructorPhase)
        {
            return null;
        }

        Access? receiver = null;
        AbstractValue[] arguments = s.Arguments;
        if (s.Method.HasThis)
        {
            receiver = arguments[0] switch
            {
                ObjectRef { Access: { } access } => access,
                Unknown { Access: { } access } => s.Interpreter.NotNull(access),
                _ => throw s.Fail(Rules.InputOutput, Interpreter.Describe(s.Method)),
            };
            arguments = arguments[1..];
        }

        if (!arguments.All(IsText))
        {
            throw s.Fail(Rules.InputOutput, Interpreter.Describe(s.Method));
        }

        s.Interpreter.CallLater(s.Method, receiver, [.. arguments.Zip(s.Method.Parameters, (v, p) => (v, p.ParameterType))]);
        return null;
    }

    // What it prints is the same at the end of the call as now.
    private static bool IsText(AbstractValue v) => v is Constant or Size or BuiltText or Boxed { Content: Constant or Size } or Unknown { Access: not null } or ObjectRef { Access: not null, Instance.IsOpaque: true }
        || (v is ObjectRef { Access: null, Instance: { Type: Mono.Cecil.ArrayType, Items: { } items } } && items.All(IsText));
}
