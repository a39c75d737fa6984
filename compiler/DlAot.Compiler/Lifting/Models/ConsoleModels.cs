using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Lines of text that a method writes: in their order, at the end of the compiled call.</summary>
internal static class ConsoleModels
{
    public static void Register(ModelTable t) => t.Add(
        Write, "Console.WriteLine", "Console.Write", "Debug.WriteLine", "Debug.Write", "Debug.Print", "Trace.WriteLine", "Trace.Write", "Trace.TraceInformation");

    private static AbstractValue? Write(CallSite s)
    {
        if (s.Interpreter.IsConstructorPhase)
        {
            return null;
        }

        if (!s.Arguments.All(IsText))
        {
            throw s.Fail(Rules.InputOutput, Interpreter.Describe(s.Method));
        }

        s.Interpreter.CallLater(s.Method, null, [.. s.Arguments.Zip(s.Method.Parameters, (v, p) => (v, p.ParameterType))]);
        return null;
    }

    // What it prints is the same at the end of the call as now.
    private static bool IsText(AbstractValue v) => v is Constant or Size or BuiltText or Boxed { Content: Constant or Size };
}
