using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Outlining;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace DlAot.Compiler.Profiling;

/// <summary>
/// Makes the copy of an assembly that tells the recorder what constructors of modules and candidate methods are given, and counts
/// which way branches go. It behaves as the original, and without the recorder does nothing more.
/// </summary>
public static class Instrumenter
{
    /// <exception cref="CompilationException">The assembly cannot be read, or has no candidate method.</exception>
    public static byte[] Instrument(string path, IEnumerable<string> references)
    {
        using AssemblyReader reader = AssemblyReader.Open(path, references);
        World world = reader.World;
        var types = new TypeImporter(world.Module);
        var recording = new RecordingClass(types, new CoreMembers(types));
        MethodDefinition[] candidates = [.. MethodSearch.Entries(world)];
        if (candidates.Length == 0)
        {
            throw new CompilationException(Rules.NoCandidates, "", Path.GetFileName(path));
        }

        MethodDefinition[] constructors = [.. world.Module.GetTypes().Where(t => t.IsClass && !t.HasGenericParameters && world.IsModule(t)).SelectMany(t => t.Methods).Where(m => m is { IsConstructor: true, IsStatic: false, HasBody: true })];
        MethodDefinition[] counted = [.. world.Module.GetTypes().SelectMany(t => t.Methods).Where(m => m is { HasBody: true, IsConstructor: false } && (IsWithinModule(world, m.DeclaringType) || TakesTensor(m)))];

        // Names and places are those of the original.
        foreach (MethodDefinition method in counted)
        {
            CountBranches(method, recording);
        }

        foreach (MethodDefinition method in constructors)
        {
            RecordArguments(method, recording, recording.Add("C", method.DeclaringType.FullName.Replace('/', '.'), method.Parameters.Select(p => p.Name)), world);
        }

        foreach (MethodDefinition method in candidates)
        {
            RecordArguments(method, recording, recording.Add("F", LiftedMethod.NameOf(method), method.Parameters.Select(p => p.Name)), world);
        }

        recording.Finish();
        AssemblyMarks.Write(reader.Assembly, types, new CoreMembers(types), "instrumented", []);
        using var image = new MemoryStream();
        reader.Assembly.Write(image, new WriterParameters { DeterministicMvid = true });
        return image.ToArray();
    }

    private static bool IsWithinModule(World world, TypeDefinition? type) => type is not null && (world.IsModule(type) || IsWithinModule(world, type.DeclaringType));

    private static bool TakesTensor(MethodDefinition method) => World.IsTensor(method.ReturnType) || method.Parameters.Any(p => World.IsTensor(p.ParameterType));

    // Before the first instruction: Note(id, this, new object[] { arguments }). A jump to that instruction does not come by here again.
    private static void RecordArguments(MethodDefinition method, RecordingClass recording, int id, World world)
    {
        method.Body.SimplifyMacros();
        ILProcessor il = method.Body.GetILProcessor();
        Instruction first = method.Body.Instructions[0];
        void Emit(Instruction i) => il.InsertBefore(first, i);
        Emit(il.Create(OpCodes.Ldc_I4, id));
        Emit(method.HasThis ? il.Create(OpCodes.Ldarg, method.Body.ThisParameter) : il.Create(OpCodes.Ldnull));
        Emit(il.Create(OpCodes.Ldc_I4, method.Parameters.Count));
        Emit(il.Create(OpCodes.Newarr, method.Module.TypeSystem.Object));
        foreach (ParameterDefinition p in method.Parameters.Where(p => CanBox(p.ParameterType, world)))
        {
            Emit(il.Create(OpCodes.Dup));
            Emit(il.Create(OpCodes.Ldc_I4, p.Index));
            Emit(il.Create(OpCodes.Ldarg, p));
            Emit(il.Create(OpCodes.Box, p.ParameterType)); // of a class that is nothing
            Emit(il.Create(OpCodes.Stelem_Ref));
        }

        Emit(il.Create(OpCodes.Call, recording.Note));
    }

    // References and ref structs cannot be; they are recorded as null.
    private static bool CanBox(TypeReference type, World world) =>
        type is not (ByReferenceType or PointerType or FunctionPointerType or RequiredModifierType)
        && (!type.IsValueType || type.IsPrimitive || world.Resolve(type) is { } definition && !definition.CustomAttributes.Any(a => a.AttributeType.Name == "IsByRefLikeAttribute"));

    // brX L  =>  brX taken; Count(2i); br next; taken: Count(2i + 1); br L; next:
    private static void CountBranches(MethodDefinition method, RecordingClass recording)
    {
        (Instruction At, int Offset, int Line)[] branches = [.. method.Body.Instructions.Where(i => i.OpCode.FlowControl == FlowControl.Cond_Branch && i.OpCode.Code != Code.Switch).Select(i => (i, i.Offset, Frame.Locate(method, i) is { File: not null } l ? l.Line : 0))];
        if (branches.Length == 0)
        {
            return;
        }

        string code = MethodCode.Of(method);
        method.Body.SimplifyMacros();
        ILProcessor il = method.Body.GetILProcessor();
        foreach ((Instruction at, int offset, int line) in branches)
        {
            int index = recording.AddBranch(LiftedMethod.NameOf(method), code, offset, line);
            Instruction next = at.Next, taken = il.Create(OpCodes.Ldc_I4, (2 * index) + 1), target = (Instruction)at.Operand;
            foreach (Instruction i in new[]
            {
                il.Create(OpCodes.Ldc_I4, 2 * index), il.Create(OpCodes.Call, recording.Count), il.Create(OpCodes.Br, next),
                taken, il.Create(OpCodes.Call, recording.Count), il.Create(OpCodes.Br, target),
            })
            {
                il.InsertBefore(next, i);
            }

            at.Operand = taken;
        }
    }
}
