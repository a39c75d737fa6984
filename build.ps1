# ./build.ps1 [TARGET]: the targets and all they do are C# in eng/; without a target they are listed.
dotnet run --project "$PSScriptRoot/eng/DlAot.Eng.csproj" -v q -- @args
exit $LASTEXITCODE
